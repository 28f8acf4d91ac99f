package bellows.cloudcontroller.wakes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Asks an app for a path, straight at its placement: to be called is what wakes it. By hand, as the
 * JDK's client does not let one say whom the request is for.
 */
final class WakeCall {
  private static final Duration CONNECT = Duration.ofSeconds(5);

  /** As long as an activator holds a connection. */
  private static final Duration ANSWER = Duration.ofSeconds(60);

  private WakeCall() {}

  /**
   * @param host the name of its route
   * @param prefix the path of its route, or empty
   */
  record Target(String address, int port, String host, String prefix) {}

  /**
   * The status line of the answer; its body is not waited for.
   *
   * @param path begins with a slash
   */
  static String status(Target target, String path) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(target.address(), target.port()),
          Math.toIntExact(CONNECT.toMillis()));
      socket.setSoTimeout(Math.toIntExact(ANSWER.toMillis()));
      String request =
          "GET %s%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bellows-wake\r\nAccept: */*\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n"
              .formatted(target.prefix(), path, target.host());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      BufferedReader answer =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      String line = answer.readLine();
      if (line == null) {
        throw new IOException("the app closed the connection without an answer");
      }
      return line.length() > 12 && line.startsWith("HTTP/1.") ? line.substring(9, 12) : line;
    }
  }
}
