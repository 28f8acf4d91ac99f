package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.contracts.routing.RouterRegister;
import bellows.router.balance.Retries;
import bellows.router.errors.RetryRefusal;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How often a request is sent once more, and how long after it came. */
class RetryTest {
  private static final Duration WITHIN = Duration.ofMillis(200);
  private static final long LONGER_NANOS = 400_000_000L;

  private final RouterFixture router = new RouterFixture();

  @AfterEach
  void close() {
    router.close();
  }

  private static RawClient.Response get(RouterFixture from) {
    try (RawClient client = from.client()) {
      return client.get("app.test", "/").read();
    }
  }

  /** Takes a request and ends the connection: a GET may be sent to another instance. */
  private static ScriptedBackend sick() {
    return new ScriptedBackend(conversation -> conversation.read());
  }

  @Test
  void doesNotDoubleTheLoadOfASickApp() {
    int requests = 300;
    List<ScriptedBackend> instances = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      instances.add(router.serveApp("app.test", "app", i, sick()));
    }
    long started = System.nanoTime();
    RawClient.Response last = get(router);
    for (int i = 1; i < requests; i++) {
      last = get(router);
    }
    long periods = 1 + Duration.ofNanos(System.nanoTime() - started).toSeconds() / 5;
    int seen = instances.stream().mapToInt(instance -> instance.requests().size()).sum();
    assertThat(seen - requests)
        .as("more than the clients sent")
        .isBetween(requests / 5, requests / 5 + 10 * (int) periods);
    assertThat(last.status()).isEqualTo(502);
    assertThat(last.header("X-Cf-RouterError"))
        .matches("endpoint_failure \\(127.0.0.1:\\d+: EOF; the route's retry budget is used up\\)");
    assertThat(router.router().counters().refusals(RetryRefusal.BUDGET)).isPositive();
    assertThat(router.router().counters().retries()).isEqualTo(seen - requests);
  }

  @Test
  void doesNotTakeFromAnotherApp() {
    router.serveApp("app.test", "app", 0, sick());
    router.serveApp("app.test", "app", 1, sick());
    for (int i = 0; i < 30; i++) {
      get(router);
    }
    assertThat(router.router().counters().refusals(RetryRefusal.BUDGET)).isPositive();
    router.serveApp("other.test", "other", 0, sick());
    router.serveApp("other.test", "other", 1, ScriptedBackend.saying("good"));
    for (int i = 0; i < 4; i++) {
      try (RawClient client = router.client()) {
        assertThat(client.get("other.test", "/").read().body()).isEqualTo("good");
      }
    }
  }

  @Test
  void repeatsWhatOneSickInstanceOfManyDropped() {
    ScriptedBackend bad = router.serveApp("app.test", "app", 0, sick());
    for (int i = 1; i < 5; i++) {
      router.serveApp("app.test", "app", i, ScriptedBackend.saying("good"));
    }
    for (int i = 0; i < 100; i++) {
      assertThat(get(router).body()).isEqualTo("good");
    }
    assertThat(bad.requests().size()).isBetween(15, 25);
  }

  @Test
  void spendsNothingOnEndpointsThatDoNotTakeTheCall() {
    Retries many = new Retries(31, Duration.ofSeconds(10));
    try (RouterFixture own = new RouterFixture(config -> config.retries(many))) {
      own.serve("app.test", ScriptedBackend.saying("good"));
      for (int i = 0; i < 30; i++) {
        own.register(
            RouterRegister.component("gone", "127.0.0.1", own.closedPort(), List.of("app.test")));
      }
      for (int i = 0; i < 40; i++) {
        assertThat(get(own).body()).isEqualTo("good");
      }
      assertThat(own.router().counters().retries()).as("more than the budget").isGreaterThan(20);
      assertThat(own.router().counters().refusals(RetryRefusal.BUDGET)).isZero();
    }
  }

  @Test
  void doesNotBeginAgainLate() {
    try (RouterFixture own = new RouterFixture(config -> config.retries(new Retries(3, WITHIN)))) {
      AtomicInteger requests = new AtomicInteger();
      for (int i = 0; i < 2; i++) {
        own.serveApp("app.test", "app", i, slowlyFailing(requests));
      }
      RawClient.Response response = get(own);
      assertThat(response.status()).isEqualTo(502);
      assertThat(response.header("X-Cf-RouterError")).contains("the time for retries is over");
      assertThat(requests.get()).isEqualTo(1);
      assertThat(own.router().counters().refusals(RetryRefusal.TIME)).isEqualTo(1);
    }
  }

  @Test
  void doesNotHoldAWakeAgainstTheRequest() {
    try (RouterFixture own = new RouterFixture(config -> config.retries(new Retries(3, WITHIN)));
        ScriptedBackend app = failingOnceSlowly()) {
      own.register(
          RouterRegister.instance(
              "127.0.0.1",
              app.port(),
              List.of("app.test"),
              "app",
              "dea",
              "i0",
              0,
              Map.of("state", "asleep", "concurrency", "2")));
      assertThat(get(own).body()).isEqualTo("awake");
      assertThat(app.requests()).hasSize(2);
    }
  }

  private static ScriptedBackend failingOnceSlowly() {
    AtomicInteger connections = new AtomicInteger();
    return new ScriptedBackend(conversation -> {
      conversation.read();
      if (connections.incrementAndGet() == 1) {
        LockSupport.parkNanos(LONGER_NANOS);
      } else {
        conversation.ok("awake");
      }
    });
  }

  private static ScriptedBackend slowlyFailing(AtomicInteger requests) {
    return new ScriptedBackend(conversation -> {
      conversation.read();
      requests.incrementAndGet();
      LockSupport.parkNanos(LONGER_NANOS);
    });
  }
}
