package bellows.router.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class LatenciesTest {
  private final Latencies latencies = new Latencies();

  private static long count(Latencies.Summary summary, double seconds) {
    return summary.buckets().stream()
        .filter(bucket -> bucket.seconds() == seconds)
        .findFirst()
        .orElseThrow()
        .count();
  }

  @Test
  void countsInEachBucketWhatTookAtMostSoLong() {
    LatencyLane lane = latencies.newLane();
    lane.record(RequestClass.AWAKE, Duration.ofNanos(100_000).toNanos());
    lane.record(RequestClass.AWAKE, Duration.ofMillis(3).toNanos());
    lane.record(RequestClass.AWAKE, Duration.ofMillis(700).toNanos());
    lane.record(RequestClass.WOKEN, Duration.ofSeconds(2).toNanos());
    Latencies.Summary awake = latencies.summary(RequestClass.AWAKE);
    assertThat(count(awake, 0.00025)).isEqualTo(1);
    assertThat(count(awake, 0.0025)).isEqualTo(1);
    assertThat(count(awake, 0.005)).isEqualTo(2);
    assertThat(count(awake, 0.5)).isEqualTo(2);
    assertThat(count(awake, 1)).isEqualTo(3);
    assertThat(count(awake, 300)).isEqualTo(3);
    assertThat(awake.count()).isEqualTo(3);
    assertThat(awake.sumSeconds()).isCloseTo(0.7031, within(0.007));
    assertThat(latencies.summary(RequestClass.WOKEN).count()).isEqualTo(1);
    assertThat(latencies.summary(RequestClass.ERROR).count()).isZero();
  }

  @Test
  void addsWhatComesLaterAndFromOtherLoops() {
    LatencyLane one = latencies.newLane();
    LatencyLane other = latencies.newLane();
    for (int round = 1; round <= 3; round++) {
      one.record(RequestClass.AWAKE, 1_000_000);
      other.record(RequestClass.AWAKE, 1_000_000);
      assertThat(latencies.summary(RequestClass.AWAKE).count()).isEqualTo(2L * round);
    }
    assertThat(latencies.summary(RequestClass.AWAKE).count()).isEqualTo(6);
  }

  @Test
  void takesWhatCannotBe() {
    LatencyLane lane = latencies.newLane();
    lane.record(RequestClass.AWAKE, -1);
    lane.record(RequestClass.AWAKE, Long.MAX_VALUE);
    Latencies.Summary summary = latencies.summary(RequestClass.AWAKE);
    assertThat(summary.count()).isEqualTo(2);
    assertThat(count(summary, 300)).isEqualTo(1);
    assertThat(summary.sumSeconds()).isCloseTo(3600, within(36.0));
  }

  @Test
  void losesNothingWhileTwoRead() throws Exception {
    int records = 200_000;
    LatencyLane lane = latencies.newLane();
    CountDownLatch recorded = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      threads.execute(() -> {
        for (int i = 0; i < records; i++) {
          lane.record(RequestClass.AWAKE, 1000L * i);
        }
        recorded.countDown();
      });
      for (int reader = 0; reader < 2; reader++) {
        threads.execute(() -> {
          while (recorded.getCount() > 0) {
            latencies.summary(RequestClass.AWAKE);
          }
        });
      }
      recorded.await();
    }
    assertThat(latencies.summary(RequestClass.AWAKE).count()).isEqualTo(records);
  }
}
