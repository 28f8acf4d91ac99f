package bellows.dea.activator;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.process.Subprocess;
import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The activator where the kernel sends connections to it, with placements that the test plays. */
class ActivatorIT {
  private static final Duration DEADLINE = Duration.ofSeconds(3);

  private final int number = ThreadLocalRandom.current().nextInt(1_000);
  private final int port = 18_000 + number;
  private final String table = "activator" + port;
  private final SystemScheduler scheduler = new SystemScheduler();
  private final AtomicReference<Placements> placements = new AtomicReference<>(new Played());
  private final Activator activator =
      new Activator(
          new Activator.Config(
              19_000 + number, 2, 10, DEADLINE, Duration.ofSeconds(60), Duration.ofSeconds(1)),
          new Forwarding(),
          _ -> true,
          scheduler);
  private final CompletableFuture<Visit> visit = new CompletableFuture<>();
  private final AtomicInteger arrivals = new AtomicInteger();
  private ServerSocket app;

  @BeforeEach
  void start() throws IOException {
    app = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
    nft(
        "table ip %s { chain nat { type nat hook output priority -100; tcp dport %d redirect to :%d; }; }"
            .formatted(table, port, 19_000 + number));
    activator.start();
  }

  @AfterEach
  void stop() throws IOException {
    activator.close();
    nft("delete table ip " + table);
    app.close();
    scheduler.close();
  }

  private static void nft(String script) {
    Subprocess.run(Duration.ofSeconds(10), List.of("nft", script)).orThrow("nft");
  }

  /** Answers each connection with a word. */
  private void serve() {
    try {
      while (true) {
        try (Socket caller = app.accept()) {
          caller.getOutputStream().write("app".getBytes(StandardCharsets.US_ASCII));
        }
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  /** One placement that comes up when the test says so. */
  private class Played implements Placements {
    @Override
    public Wake wake(int wanted) {
      return Wake.ON_CONNECT;
    }

    @Override
    public boolean asleep(int wanted) {
      return true;
    }

    @Override
    public CompletionStage<Visit> visit(int wanted, Caller caller) {
      return visit;
    }
  }

  /** To what the test has put in place. */
  private final class Forwarding implements Placements {
    @Override
    public Wake wake(int wanted) {
      return placements.get().wake(wanted);
    }

    @Override
    public boolean asleep(int wanted) {
      return placements.get().asleep(wanted);
    }

    @Override
    public CompletionStage<Visit> visit(int wanted, Caller caller) {
      return placements.get().visit(wanted, caller);
    }
  }

  private Visit toTheApp() {
    return new Visit() {
      @Override
      public byte[] ip() {
        return InetAddress.getLoopbackAddress().getAddress();
      }

      @Override
      public int port() {
        return app.getLocalPort();
      }

      @Override
      public void arrived() {
        arrivals.incrementAndGet();
      }

      @Override
      public void answered() {}
    };
  }

  private Socket call() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static String answer(Socket socket) {
    try (socket) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("left waiting", e);
    } catch (IOException e) {
      return "cut off";
    }
  }

  private boolean serves() {
    try {
      return answer(call()).equals("app");
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void goesOnWhenOneCallerCannotBeServed() throws IOException {
    placements.set(
        new Played() {
          @Override
          public Wake wake(int wanted) {
            throw new IllegalStateException("injected");
          }
        });
    assertThat(answer(call())).isNotEqualTo("app");
    placements.set(new Played());
    visit.complete(toTheApp());
    assertThat(serves()).as("without a pause").isTrue();
  }

  @Test
  void cutsItsCallersOffWhenItFailsAndBeginsAgain() throws IOException {
    Socket waiting = call();
    Eventually.until("it waits", () -> visit.getNumberOfDependents() == 1);
    placements.set(
        new Played() {
          @Override
          public Wake wake(int wanted) {
            throw new StackOverflowError("injected");
          }
        });
    assertThat(answer(call())).isNotEqualTo("app");
    assertThat(answer(waiting)).isNotEqualTo("app");
    placements.set(new Played());
    visit.complete(toTheApp());
    assertThat(arrivals).as("nothing waits for who has gone").hasValue(1);
    Eventually.until("again", this::serves);
    Eventually.until("nobody is held", () -> activator.callers() == 0);
  }

  @Test
  void countsWhoIsOneTooMany() throws IOException {
    Socket first = call();
    Socket second = call();
    assertThat(answer(call())).isNotEqualTo("app");
    assertThat(activator.refusals()).containsEntry(Refusal.QUEUE_FULL, 1L);
    visit.complete(toTheApp());
    assertThat(List.of(answer(first), answer(second))).containsOnly("app");
  }

  @Test
  void countsTheWayToTheAppIntoTheDeadline() throws Exception {
    nft(
        "add chain ip %1$s deaf { type filter hook output priority 0; }; add rule ip %1$s deaf tcp dport %2$d drop"
            .formatted(table, app.getLocalPort()));
    long began = System.nanoTime();
    Socket caller = call();
    visit.completeOnTimeout(toTheApp(), DEADLINE.toMillis() / 2, TimeUnit.MILLISECONDS);
    assertThat(answer(caller)).isEmpty();
    assertThat(activator.refusals()).containsEntry(Refusal.DEADLINE, 1L);
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isBetween(DEADLINE, DEADLINE.multipliedBy(7).dividedBy(5));
  }
}
