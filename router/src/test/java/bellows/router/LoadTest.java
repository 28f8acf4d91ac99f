package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.contracts.routing.RouterRegister;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who gets a request depends on what each has still to do. */
class LoadTest {
  private final CountDownLatch release = new CountDownLatch(1);
  private final List<ScriptedBackend> backends = new ArrayList<>();
  private RouterFixture router = new RouterFixture();

  @AfterEach
  void close() {
    release.countDown();
    router.close();
    backends.forEach(ScriptedBackend::close);
  }

  /** Answers with its name; to /long at once with the head, and with the body once released. */
  private void serve(String name, String loadbalancing) {
    ScriptedBackend backend =
        new ScriptedBackend(conversation -> {
          for (var request = conversation.next(); request != null; request = conversation.next()) {
            if (request.line().startsWith("GET /long ")) {
              conversation.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n");
              awaitRelease();
              conversation.send(name);
            } else {
              conversation.ok(name);
            }
          }
        });
    backends.add(backend);
    router.register(
        new RouterRegister(
            "127.0.0.1",
            backend.port(),
            null,
            List.of("app.test"),
            null,
            "app",
            null,
            "i-" + name,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            new RouterRegister.Options(loadbalancing),
            null));
  }

  private void awaitRelease() {
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void untilBusy(RawClient client) {
    client.get("app.test", "/long");
    Eventually.until(
        "somebody is at it",
        () -> backends.stream().mapToInt(backend -> backend.requests().size()).sum() == 1);
  }

  private String ask() {
    try (RawClient client = router.client()) {
      return client.get("app.test", "/").read().body();
    }
  }

  @Test
  void anAnswerCountsUntilTheEndOfItsBody() {
    serve("a", "least-connection");
    serve("b", "least-connection");
    try (RawClient busy = router.client()) {
      untilBusy(busy);
      String free = backends.getFirst().requests().isEmpty() ? "a" : "b";
      for (int i = 0; i < 10; i++) {
        assertThat(ask()).isEqualTo(free);
      }
      release.countDown();
      assertThat(busy.read().body()).isNotEqualTo(free);
      assertThat(List.of(ask(), ask(), ask(), ask())).contains("a", "b");
    }
  }

  @Test
  void inTurnAnswersDoNotCount() {
    serve("a", "round-robin");
    serve("b", "round-robin");
    try (RawClient busy = router.client()) {
      untilBusy(busy);
      assertThat(List.of(ask(), ask(), ask(), ask())).contains("a", "b");
    }
  }

  @Test
  void theLimitOfAnEndpointCountsBodiesToo() {
    router.close();
    router = new RouterFixture(config -> config.backends(config.back().pool(), 1));
    serve("a", "round-robin");
    try (RawClient busy = router.client();
        RawClient other = router.client()) {
      untilBusy(busy);
      RawClient.Response refused = other.get("app.test", "/").read();
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("X-Cf-RouterError")).isEqualTo("Connection Limit Reached");
      release.countDown();
      busy.read();
      assertThat(ask()).isEqualTo("a");
    }
  }
}
