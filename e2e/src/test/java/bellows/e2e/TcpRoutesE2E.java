package bellows.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.base.time.testing.Eventually;
import bellows.testkit.Lan;
import bellows.testkit.Platform;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An app that is no web server, and whose server is the one to speak first. */
class TcpRoutesE2E {
  /** A start is watched for a quarter of a minute before the first sleep. */
  private static final Duration FIRST_SLEEP = Duration.ofSeconds(40);

  private static final String DOMAIN = "tcp.bellows.localhost";
  private static final String GREETING = "220 ready";
  private static final String SERVER =
      """
      import os, socketserver
      class Greeter(socketserver.StreamRequestHandler):
          def handle(self):
              self.wfile.write(b'220 ready\\n')
              for line in self.rfile:
                  self.wfile.write(b'echo ' + line)
      class Server(socketserver.ThreadingTCPServer):
          allow_reuse_address = True
      Server(('0.0.0.0', int(os.environ['PORT'])), Greeter).serve_forever()
      """;

  private static int port;
  private static Platform platform;
  @TempDir static Path directory;

  @BeforeAll
  static void push() {
    port = Lan.freePort();
    platform =
        Platform.start(
            "btcp", 252, "router.strict=on", "router.tcp_ports=%1$d-%1$d".formatted(port));
    Path app =
        Apps.directory(
            directory,
            "greeter",
            Map.of(
                "greeter.py",
                SERVER,
                "Procfile",
                "web: exec /usr/bin/python3 greeter.py\n",
                "manifest.yml",
                """
                applications:
                - name: greeter
                  memory: 64M
                  buildpacks: [binary]
                  no-route: true
                  sleep-after: 2s
                """));
    platform.cli(app, List.of("push")).ok();
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  @Test
  void isReachedAtItsPortAwakeAndAsleepUntilItIsUnmapped() throws IOException {
    assertThat(platform.cli("map-route", "greeter", DOMAIN).ok().out())
        .contains("Mapping route " + DOMAIN + ":" + port + " to app greeter");
    Eventually.until("it is reached", TcpRoutesE2E::greets);
    assertThat(platform.cli("routes").ok().out()).containsPattern(DOMAIN + " +" + port + " +tcp");

    Eventually.until(
        "it sleeps",
        FIRST_SLEEP,
        () ->
            Json.tree(platform.cli("placements", "greeter", "--json").ok().out())
                .at("/0/asleep")
                .asBoolean());
    try (Socket caller = connect()) { // and says nothing
      BufferedReader answers = reader(caller);
      assertThat(answers.readLine()).isEqualTo(GREETING);
      caller.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(answers.readLine()).isEqualTo("echo hello");
    }
    assertThat(platform.cli("app", "greeter").ok().out()).contains("#0 woken once");
    Path log = platform.data().resolve("log/access.log");
    Eventually.until("it is logged", () -> read(log).contains(":" + port + " - ["));

    platform.cli("unmap-route", "greeter", DOMAIN, "--port", String.valueOf(port)).ok();
    Eventually.until("it is refused", TcpRoutesE2E::isRefused);
  }

  private static Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
  }

  private static boolean greets() {
    try (Socket socket = connect()) {
      return GREETING.equals(reader(socket).readLine());
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isRefused() {
    try (Socket socket = connect()) {
      return !socket.isConnected();
    } catch (ConnectException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
