package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.contracts.routing.RouterRegister;
import bellows.router.errors.RouterError;
import bellows.router.ratelimit.RateLimit;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RateLimitTest {
  private static final RateLimit THREE = new RateLimit(3, Duration.ofHours(1));

  private @Nullable RouterFixture router;
  private final ScriptedBackend app = ScriptedBackend.saying("ok");

  @AfterEach
  void close() {
    if (router != null) {
      router.close();
    }
    app.close();
  }

  private RouterFixture router() {
    if (router == null) {
      router = new RouterFixture(config -> config.rateLimit(THREE));
    }
    return router;
  }

  private void serve(String uri, @Nullable String rateLimit) {
    router()
        .register(
            RouterRegister.component("test", "127.0.0.1", app.port(), List.of(uri))
                .with(new RouterRegister.Options(null, rateLimit, null)));
  }

  private RawClient.Response get(String host, String forwardedFor) {
    String header = forwardedFor.isEmpty() ? "" : "X-Forwarded-For: " + forwardedFor + "\r\n";
    try (RawClient client = router().client()) {
      return client.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n" + header + "\r\n").read();
    }
  }

  private List<Integer> statuses(String host, String... forwardedFor) {
    return List.of(forwardedFor).stream().map(from -> get(host, from).status()).toList();
  }

  @Test
  void turnsAwayWhoAsksForMoreThanThePlatformAllows() {
    serve("app.test", null);
    assertThat(statuses("app.test", "", "", "")).containsOnly(200);
    RawClient.Response refusal = get("app.test", "");
    assertThat(refusal.status()).isEqualTo(429);
    assertThat(refusal.statusLine()).endsWith("429 Too Many Requests");
    assertThat(refusal.header("X-Cf-RouterError")).isEqualTo("rate_limited");
    assertThat(Integer.parseInt(refusal.header("Retry-After"))).isBetween(1100, 1200);
    assertThat(refusal.header("RateLimit-Limit")).isEqualTo("3");
    assertThat(refusal.header("RateLimit-Remaining")).isEqualTo("0");
    assertThat(refusal.header("RateLimit-Reset")).isEqualTo(refusal.header("Retry-After"));
    assertThat(app.requests()).hasSize(3);
    assertThat(router().router().counters().errors(RouterError.RATE_LIMITED)).isEqualTo(1);
  }

  @Test
  void letsTheConnectionGoOn() {
    serve("app.test", "1/h");
    try (RawClient client = router().client()) {
      assertThat(client.get("app.test", "/").read().status()).isEqualTo(200);
      assertThat(client.get("app.test", "/").read().status()).isEqualTo(429);
      assertThat(client.get("app.test", "/").read().status()).isEqualTo(429);
    }
  }

  @Test
  void countsEachRouteOnItsOwn() {
    serve("one.test", null);
    serve("other.test", null);
    assertThat(statuses("one.test", "", "", "", "")).containsExactly(200, 200, 200, 429);
    assertThat(get("other.test", "").status()).isEqualTo(200);
  }

  @Test
  void countsEachClientOnItsOwn() {
    serve("app.test", "1/h");
    assertThat(statuses("app.test", "192.0.2.1", "192.0.2.2", "192.0.2.1, 127.0.0.1"))
        .containsExactly(200, 200, 429);
    assertThat(get("app.test", "").status()).isEqualTo(200);
  }

  @Test
  void doesNotBelieveWhatAClientSaysInFrontOfItself() {
    serve("app.test", "1/h");
    assertThat(
            statuses(
                "app.test", "198.51.100.1, 192.0.2.1", "198.51.100.2, 192.0.2.1", "x, 192.0.2.1"))
        .containsExactly(200, 429, 429);
  }

  @Test
  void takesAnIpv6NetworkForOneClient() {
    serve("app.test", "1/h");
    assertThat(statuses("app.test", "2001:db8::1", "[2001:db8::ffff:2]:4711", "2001:db8:0:1::1"))
        .containsExactly(200, 429, 200);
    assertThat(statuses("app.test", "192.0.2.1", "::ffff:192.0.2.1")).containsExactly(200, 429);
  }

  @Test
  void liftsTheLimitWhereTheRouteSaysSo() {
    serve("app.test", "off");
    assertThat(statuses("app.test", "", "", "", "", "")).containsOnly(200);
  }

  @Test
  void followsALimitThatChanges() {
    serve("app.test", "1/h");
    assertThat(statuses("app.test", "", "")).containsExactly(200, 429);
    serve("app.test", "2/h");
    assertThat(statuses("app.test", "", "", "")).containsExactly(200, 200, 429);
  }

  @Test
  void letsSomebodyInAgainLater() {
    serve("app.test", "2/s");
    assertThat(statuses("app.test", "192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.1"))
        .contains(429);
    Eventually.until("there is room again", () -> get("app.test", "192.0.2.1").status() == 200);
  }
}
