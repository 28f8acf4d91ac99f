package bellows.dea.activator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WakeLimitTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final WakeLimit limit = new WakeLimit("10.0.0.1"::equals);

  private int taken(String source, int tries, long nanoTime) {
    int taken = 0;
    for (int i = 0; i < tries; i++) {
      if (limit.take(source, nanoTime).isEmpty()) {
        taken++;
      }
    }
    return taken;
  }

  @Test
  void letsEachSourceWakeSomeAtOnceAndThenOneASecond() {
    assertThat(taken("10.0.0.9", 1000, 0)).isEqualTo(60);
    assertThat(limit.take("10.0.0.9", 0)).contains(Duration.ofSeconds(1));
    assertThat(taken("10.0.0.8", 10, 0)).isEqualTo(10);
    assertThat(taken("10.0.0.9", 1000, 10 * SECOND)).isEqualTo(10);
    assertThat(taken("10.0.0.9", 1000, 3600 * SECOND)).isEqualTo(60);
  }

  @Test
  void doesNotCountThoseWhoCallForOthers() {
    assertThat(taken("10.0.0.1", 1000, 0)).isEqualTo(1000);
  }

  @Test
  void remembersABoundedNumberOfSources() {
    assertThat(taken("10.0.0.9", 60, 0)).isEqualTo(60);
    for (int i = 0; i < 10_000; i++) {
      assertThat(taken("source " + i, 1, 0)).isEqualTo(1);
    }
    assertThat(taken("10.0.0.9", 1, 0)).as("forgotten by now").isEqualTo(1);
  }
}
