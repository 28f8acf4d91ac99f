package bellows.dea.activator;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.process.Subprocess;
import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The activator behind the kernel's real redirection, in front of an app that is this test. */
class ActivatorIT {
  private static final int ACTIVATOR_PORT = 17_911;
  private static final int APP_PORT = 17_912;
  private static final String TABLE = "bactivator";
  private static final Duration SOON = Duration.ofSeconds(10);

  private final SystemScheduler scheduler = new SystemScheduler();
  private final AtomicBoolean failing = new AtomicBoolean();
  private ServerSocket app;
  private Activator activator;

  @BeforeEach
  void start() throws Exception {
    nft("table ip " + TABLE + "\ndelete table ip " + TABLE);
    nft(
        """
        table ip %s {
          chain output {
            type nat hook output priority -100; policy accept;
            ip daddr 127.0.0.1 tcp dport %d redirect to :%d
          }
        }
        """
            .formatted(TABLE, APP_PORT, ACTIVATOR_PORT));
    app = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
    Thread.ofVirtual().start(this::echo);
    activator =
        new Activator(
            new Activator.Config(ACTIVATOR_PORT, 2, 1000, SOON, SOON, SOON),
            new EchoPlacements(),
            source -> true,
            scheduler);
    activator.start();
  }

  @AfterEach
  void close() throws Exception {
    activator.close();
    app.close();
    scheduler.close();
    nft("delete table ip " + TABLE);
  }

  @Test
  void servesThoseWhoComeAfterAnErrorThatNobodyThoughtOf() throws Exception {
    assertThat(ask()).isEqualTo("echo hello");
    failing.set(true);
    assertThat(ask()).as("let go at once, not left waiting").isEmpty();

    failing.set(false);

    Eventually.until("serves again", () -> ask().equals("echo hello"));
    Eventually.until("nobody is held", () -> activator.callers() == 0);
  }

  @Test
  void countsThoseForWhomThereIsNoRoom() throws Exception {
    try (Socket first = connect();
        Socket second = connect()) {
      Eventually.until("both held", () -> activator.callers() == 2);
      assertThat(first.isConnected() && second.isConnected()).isTrue();

      assertThat(ask()).isEmpty();
    }
    assertThat(activator.refusals()).isEqualTo(Map.of(Refusal.QUEUE_FULL, 1L));
  }

  private static Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), APP_PORT);
    socket.setSoTimeout(Math.toIntExact(SOON.toMillis()));
    return socket;
  }

  /** What comes back for a word; empty when the connection ends without. */
  private static String ask() {
    try (Socket socket = connect()) {
      socket.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  private void echo() {
    while (!app.isClosed()) {
      try (Socket client = app.accept()) {
        client.getOutputStream().write("echo ".getBytes(StandardCharsets.UTF_8));
        client.getInputStream().transferTo(client.getOutputStream());
      } catch (IOException e) {
        // The end of the test, or of one caller.
      }
    }
  }

  private static void nft(String script) {
    Subprocess.run(SOON, List.of("nft", "-f", "-"), script, Map.of()).orThrow("nft");
  }

  private final class EchoPlacements implements Placements {
    @Override
    public Wake wake(int port) {
      if (failing.get()) {
        throw new AssertionError("injected");
      }
      return port == APP_PORT ? Wake.ON_FIRST_BYTE : Wake.NEVER;
    }

    @Override
    public boolean asleep(int port) {
      return false;
    }

    @Override
    public CompletionStage<Visit> visit(int port, Caller caller) {
      return CompletableFuture.completedFuture(new ToApp());
    }
  }

  private final class ToApp implements Visit {
    @Override
    public byte[] ip() {
      return new byte[] {127, 0, 0, 1};
    }

    @Override
    public int port() {
      return app.getLocalPort();
    }

    @Override
    public void arrived() {}

    @Override
    public void answered() {}
  }
}
