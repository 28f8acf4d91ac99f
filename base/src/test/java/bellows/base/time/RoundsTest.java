package bellows.base.time;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.base.time.testing.ManualScheduler;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RoundsTest {
  private final ManualScheduler time = new ManualScheduler();
  private final AtomicInteger done = new AtomicInteger();

  @Test
  void runsAtTheStartAndEachPeriod() {
    try (Rounds rounds =
        new Rounds("test", Duration.ofSeconds(5), time, () -> done.incrementAndGet())) {
      rounds.start();
      time.advance(Duration.ofSeconds(11));
      assertThat(done).hasValue(3);
    }
    time.advance(Duration.ofSeconds(60));
    assertThat(done).hasValue(3);
  }

  @Test
  void joinsSignalsThatComeTogether() {
    try (Rounds rounds =
        new Rounds("test", Duration.ofHours(1), time, () -> done.incrementAndGet())) {
      rounds.start();
      time.advance(Duration.ofSeconds(1));
      rounds.signal();
      rounds.signal();
      rounds.signal();
      time.advance(Duration.ofSeconds(1));
      assertThat(done).hasValue(2);
    }
  }

  @Test
  void aSignalDuringARoundCausesOneMore() throws InterruptedException {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (SystemScheduler system = new SystemScheduler();
        Rounds rounds =
            new Rounds(
                "test",
                Duration.ofHours(1),
                system,
                () -> {
                  if (done.incrementAndGet() == 1) {
                    began.countDown();
                    await(goOn);
                  }
                })) {
      rounds.start();
      assertThat(began.await(10, TimeUnit.SECONDS)).isTrue();
      rounds.signal();
      goOn.countDown();
      Eventually.until("the second round", () -> done.get() == 2);
    }
  }

  @Test
  void aRoundThatThrowsIsNotTheLast() {
    try (Rounds rounds =
        new Rounds(
            "test",
            Duration.ofSeconds(1),
            time,
            () -> {
              done.incrementAndGet();
              throw new IllegalStateException("broken round");
            })) {
      rounds.start();
      time.advance(Duration.ofSeconds(2));
      assertThat(done).hasValue(3);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
