package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.contracts.routing.RouterRegister;
import bellows.router.backend.BackendPool;
import bellows.router.errors.BackendFailure;
import bellows.router.pipeline.Timeouts;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FailureTest {
  private static final Timeouts SHORT =
      new Timeouts(
          Duration.ofMillis(400),
          Duration.ofMillis(800),
          Duration.ofMillis(500),
          Duration.ofSeconds(1));

  private final RouterFixture router = new RouterFixture(config -> config.timeouts(SHORT));

  @AfterEach
  void close() {
    router.close();
  }

  private RawClient.Response get(String host) {
    try (RawClient client = router.client()) {
      return client.get(host, "/").read();
    }
  }

  private void registerClosedPort() {
    router.register(
        RouterRegister.component("gone", "127.0.0.1", router.closedPort(), List.of("app.test")));
  }

  @Test
  void saysThatARouteIsUnknown() {
    RawClient.Response response = get("unknown.test");
    assertThat(response.status()).isEqualTo(404);
    assertThat(response.header("X-Cf-RouterError")).isEqualTo("unknown_route");
    assertThat(response.header("Cache-Control")).isEqualTo("no-cache, no-store");
    assertThat(response.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(response.body())
        .isEqualTo("404 Not Found: Requested route ('unknown.test') does not exist.\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"
      })
  void saysThatTheHostIsEmpty(String request) {
    try (RawClient client = router.client()) {
      RawClient.Response response = client.send(request).read();
      assertThat(response.status()).isEqualTo(400);
      assertThat(response.header("X-Cf-RouterError")).isEqualTo("empty_host");
      assertThat(response.header("Cache-Control")).isEqualTo("public,max-age=2");
    }
  }

  @Test
  void takesAnotherEndpointWhenOneRefuses() {
    ScriptedBackend good = router.serve("app.test", ScriptedBackend.saying("good"));
    registerClosedPort();
    registerClosedPort();
    for (int i = 0; i < 20; i++) {
      try (RawClient client = router.client()) {
        client.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\n\r\nhello");
        assertThat(client.read().body()).isEqualTo("good");
      }
    }
    assertThat(good.requests()).hasSize(20);
    assertThat(good.last().body()).isEqualTo("hello");
    // Each was tried once, then passed over but for a try now and then.
    assertThat(router.router().counters().failures(BackendFailure.DIAL)).isBetween(1L, 10L);
  }

  @Test
  void answersWhenNoEndpointCanBeReached() {
    registerClosedPort();
    for (int i = 0; i < 3; i++) {
      RawClient.Response response = get("app.test");
      assertThat(response.status()).isEqualTo(502);
      assertThat(response.header("X-Cf-RouterError"))
          .startsWith("endpoint_failure (127.0.0.1:")
          .contains("refused");
      assertThat(response.body())
          .isEqualTo("502 Bad Gateway: Registered endpoint failed to handle the request.\n");
    }
  }

  @Test
  void repeatsAnIdempotentRequestAfterAnEarlyEnd() {
    AtomicInteger turn = new AtomicInteger();
    ScriptedBackend app =
        router.serve(
            "app.test",
            new ScriptedBackend(conversation -> {
              conversation.read();
              conversation.ok("answer " + turn.incrementAndGet());
              conversation.read(); // and ends without an answer
            }));
    try (RawClient client = router.client()) {
      assertThat(client.get("app.test", "/").read().body()).isEqualTo("answer 1");
      assertThat(client.get("app.test", "/").read().body()).isEqualTo("answer 2");
    }
    assertThat(app.requests()).hasSize(3);
  }

  @Test
  void doesNotRepeatARequestThatChangesSomething() {
    ScriptedBackend app = router.serve("app.test", new ScriptedBackend(c -> c.read()));
    router.serve("app.test", new ScriptedBackend(c -> c.read()));
    try (RawClient client = router.client()) {
      client.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\n\r\nhello");
      RawClient.Response response = client.read();
      assertThat(response.status()).isEqualTo(502);
      assertThat(response.header("X-Cf-RouterError")).matches("endpoint_failure \\(.*EOF\\)");
    }
    assertThat(app.requests().size()).isLessThanOrEqualTo(1);
    assertThat(router.router().counters().retries()).isZero();
  }

  @Test
  void repeatsItWhenTheClientSaysThatItMay() {
    router.serve("app.test", new ScriptedBackend(c -> c.read()));
    router.serve("app.test", ScriptedBackend.saying("good"));
    for (int i = 0; i < 4; i++) {
      try (RawClient client = router.client()) {
        client.send(
            "POST / HTTP/1.1\r\nHost: app.test\r\nIdempotency-Key: 1\r\nContent-Length: 0\r\n\r\n");
        assertThat(client.read().body()).isEqualTo("good");
      }
    }
  }

  @Test
  void doesNotRepeatAfterAReset() {
    router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          conversation.readHead();
          conversation.reset();
        }));
    assertThat(get("app.test").status()).isEqualTo(502);
    assertThat(router.router().counters().retries()).isZero();
    assertThat(router.router().counters().failures(BackendFailure.RESET)).isEqualTo(1);
  }

  @Test
  void neverSharesAConnectionOnWhichMoreCameThanAnswered() {
    ScriptedBackend app =
        router.serve(
            "app.test",
            new ScriptedBackend(conversation -> {
              while (conversation.next() != null) {
                conversation.send(
                    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                        + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
              }
            }));
    for (RawClient.Response response : RawClient.getEach(router.address(), "app.test", 10)) {
      assertThat(response.body()).isEqualTo("ok");
    }
    assertThat(app.connections()).isEqualTo(10);
  }

  @Test
  void givesUpOnAnAppThatDoesNotAnswer() {
    CountDownLatch never = new CountDownLatch(1);
    router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          conversation.read();
          awaitQuietly(never);
        }));
    RawClient.Response response = get("app.test");
    never.countDown();
    assertThat(response.status()).isEqualTo(504);
    assertThat(response.header("X-Cf-RouterError")).contains("timeout awaiting response headers");
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void cutsAnAnswerThatNeverEnds() {
    router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          conversation.read();
          conversation.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nslow");
          conversation.in().read();
        }));
    try (RawClient client = router.client()) {
      assertThat(client.get("app.test", "/").readToEnd()).endsWith("slow");
    }
  }

  @Test
  void givesUpOnASlowHeader() {
    try (RawClient client = router.client()) {
      client.send("GET / HTTP/1.1\r\nHost: ");
      assertThat(client.readToEnd()).startsWith("HTTP/1.1 408 ");
    }
  }

  @Test
  void givesUpOnASlowBody() {
    RouterFixture patient =
        new RouterFixture(config ->
            config.timeouts(
                new Timeouts(
                    Duration.ofSeconds(5),
                    Duration.ofMillis(300),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(1))));
    try (patient;
        RawClient client = patient.client()) {
      patient.serve("app.test", ScriptedBackend.echo());
      client.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 10\r\n\r\nhel");
      assertThat(client.readToEnd()).startsWith("HTTP/1.1 408 ");
    }
  }

  @Test
  void endsAnIdleConnectionWithoutAWord() {
    router.serve("app.test", ScriptedBackend.saying("ok"));
    try (RawClient client = router.client()) {
      client.get("app.test", "/").read();
      assertThat(client.readToEnd()).isEmpty();
    }
  }

  @Test
  void keepsWithinTheConnectionLimitOfAnEndpoint() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (RouterFixture limited =
            new RouterFixture(config -> config.backends(BackendPool.Config.DEFAULT, 1));
        RawClient first = limited.client();
        RawClient second = limited.client()) {
      ScriptedBackend app =
          limited.serve(
              "app.test",
              new ScriptedBackend(conversation -> {
                conversation.read();
                awaitQuietly(release);
                conversation.ok("done");
              }));
      first.get("app.test", "/");
      Eventually.until("the first request is there", () -> app.requests().size() == 1);
      RawClient.Response refused = second.get("app.test", "/").read();
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("X-Cf-RouterError")).isEqualTo("Connection Limit Reached");
      release.countDown();
      assertThat(first.read().body()).isEqualTo("done");
      assertThat(second.get("app.test", "/").read().body()).isEqualTo("done");
    }
  }

  @Test
  void aClientThatLeavesIsNoFaultOfTheApp() throws Exception {
    AtomicInteger seen = new AtomicInteger();
    ScriptedBackend app =
        router.serve(
            "app.test",
            new ScriptedBackend(conversation -> {
              while (conversation.next() != null) {
                if (seen.getAndIncrement() == 0) {
                  InputStream in = conversation.in();
                  assertThat(in.read()).isNegative();
                  return;
                }
                conversation.ok("fine");
              }
            }));
    try (RawClient client = router.client()) {
      client.get("app.test", "/");
      Eventually.until("it is there", () -> seen.get() == 1);
    }
    Eventually.until("it is over", () -> app.openConnections() == 0);
    assertThat(get("app.test").body()).isEqualTo("fine");
    for (BackendFailure failure : BackendFailure.values()) {
      assertThat(router.router().counters().failures(failure)).isZero();
    }
  }

  @Test
  void refusesARouteWhoseRouteServiceItCannotCall() {
    router.register(
        new RouterRegister(
            "127.0.0.1",
            9,
            null,
            List.of("app.test"),
            null,
            "app",
            null,
            null,
            null,
            null,
            null,
            "https://guard.test",
            null,
            null,
            null,
            null,
            null,
            null));
    RawClient.Response response = get("app.test");
    assertThat(response.status()).isEqualTo(502);
    assertThat(response.header("X-Cf-RouterError")).isEqualTo("route_service_unsupported");
  }
}
