package bellows.testkit;

import java.io.IOException;
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
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int end = answer.indexOf("\r\n\r\n");
      if (end < 0) {
        return new HttpAnswer(0, answer, "");
      }
      String head = answer.substring(0, end);
      return new HttpAnswer(
          Integer.parseInt(head.substring(9, 12)), head, answer.substring(end + 4));
    } catch (java.net.ConnectException | java.net.SocketTimeoutException e) {
      return new HttpAnswer(0, String.valueOf(e.getMessage()), "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
