package bellows.router.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitsTest {
  private static final RateLimit TEN_A_MINUTE = new RateLimit(10, Duration.ofMinutes(1));

  private final AtomicLong nanos = new AtomicLong(-5);
  private final RateLimits limits = new RateLimits(RateLimit.NONE, nanos::get);
  private final Object route = new Object();

  private static byte[] ip(int number) {
    return ByteBuffer.allocate(4).putInt(number).array();
  }

  @Test
  void spreadsAPeriodsRequestsOverThePeriod() {
    for (int i = 0; i < 10; i++) {
      assertThat(limits.take(route, TEN_A_MINUTE, ip(1))).isZero();
    }
    assertThat(limits.take(route, TEN_A_MINUTE, ip(1))).isEqualTo(6);
    nanos.addAndGet(Duration.ofMillis(5500).toNanos());
    assertThat(limits.take(route, TEN_A_MINUTE, ip(1))).isEqualTo(1);
    nanos.addAndGet(Duration.ofMillis(500).toNanos());
    assertThat(limits.take(route, TEN_A_MINUTE, ip(1))).isZero();
    assertThat(limits.take(route, TEN_A_MINUTE, ip(1))).isEqualTo(6);
  }

  @Test
  void remembersOnlySoManyClients() {
    for (int i = 0; i < 4 * RateLimits.CLIENTS; i++) {
      assertThat(limits.take(route, TEN_A_MINUTE, ip(i))).isZero();
    }
    assertThat(limits.clients()).isLessThanOrEqualTo(RateLimits.CLIENTS);
  }

  @Test
  void forgetsWhoHasNotComeForLong() {
    limits.take(route, TEN_A_MINUTE, ip(1));
    nanos.addAndGet(Duration.ofHours(2).toNanos());
    for (int i = 2; i < 200; i++) {
      limits.take(route, TEN_A_MINUTE, ip(2));
    }
    assertThat(limits.clients()).isEqualTo(1);
  }

  @Test
  void remembersWhoComesOftenThroughACrowdThatComesOnce() {
    for (int i = 0; i < 100; i++) {
      limits.take(route, TEN_A_MINUTE, ip(1));
    }
    for (int i = 2; i < 2 * RateLimits.CLIENTS; i++) {
      limits.take(route, TEN_A_MINUTE, ip(i));
      if (i % 1000 == 0) {
        assertThat(limits.take(route, TEN_A_MINUTE, ip(1))).isPositive();
      }
    }
  }

  @Test
  void readsALimit() {
    assertThat(RateLimit.parse("10/m")).contains(TEN_A_MINUTE);
    assertThat(RateLimit.parse("5/s")).contains(new RateLimit(5, Duration.ofSeconds(1)));
    assertThat(RateLimit.parse("7/h")).contains(new RateLimit(7, Duration.ofHours(1)));
    assertThat(RateLimit.parse("off")).contains(RateLimit.NONE);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "10", "10/d", "0/s", "-1/s", "1/s ", "1.5/s", "9999999999/s"})
  void readsNoOther(String text) {
    assertThat(RateLimit.parse(text)).isEmpty();
  }
}
