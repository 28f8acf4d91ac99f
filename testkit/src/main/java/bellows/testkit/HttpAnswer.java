package bellows.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * An HTTP answer, asked for over a fresh connection with any Host header, which JDK's client does
 * not allow.
 *
 * @param status 0 when no connection could be made or no answer came
 * @param head status line and headers
 */
public record HttpAnswer(int status, String head, String body) {
  private static final int TIMEOUT_MILLIS = 30_000;

  static HttpAnswer get(String address, int port, String host, String path) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.0\r\nHost: " + host + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      return read(new BufferedInputStream(socket.getInputStream()));
    } catch (java.net.ConnectException | java.net.SocketTimeoutException e) {
      return new HttpAnswer(0, String.valueOf(e.getMessage()), "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads as much as the answer says that it has, as the app may keep the connection open. */
  private static HttpAnswer read(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String head = "";
    while (!head.endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        return new HttpAnswer(0, head, "");
      }
      bytes.write(next);
      if (next == '\n') {
        head = bytes.toString(StandardCharsets.UTF_8);
      }
    }
    HttpAnswer answer =
        new HttpAnswer(Integer.parseInt(head.substring(9, 12)), head.stripTrailing(), "");
    Optional<Integer> length = answer.header("Content-Length").map(Integer::valueOf);
    byte[] body = length.isPresent() ? in.readNBytes(length.get()) : in.readAllBytes();
    return new HttpAnswer(answer.status(), answer.head(), new String(body, StandardCharsets.UTF_8));
  }

  /** The value of a header. */
  public Optional<String> header(String name) {
    String prefix = name.toLowerCase(Locale.ROOT) + ":";
    return head.lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
        .map(line -> line.substring(prefix.length()).strip())
        .findFirst();
  }
}
