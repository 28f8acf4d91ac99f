package bellows.base.time;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SystemSchedulerTest {
  private static final Duration TICK = Duration.ofMillis(5);

  private final SystemScheduler scheduler = new SystemScheduler();

  @AfterEach
  void close() {
    scheduler.close();
  }

  @Test
  void aTaskRunsAgainAndAgainUntilItIsCancelled() {
    AtomicInteger runs = new AtomicInteger();
    Scheduler.Timer timer = scheduler.every(TICK, runs::incrementAndGet);
    Eventually.until("three runs", () -> runs.get() >= 3);
    timer.close();
    timer.close();
    AtomicInteger others = new AtomicInteger();
    int then = runs.get();
    scheduler.every(TICK, others::incrementAndGet);
    Eventually.until("time passes", () -> others.get() >= 5);
    assertThat(runs.get()).isLessThanOrEqualTo(then + 1);
  }

  @Test
  void aTaskThatThrowsRunsAgain() {
    AtomicInteger runs = new AtomicInteger();
    scheduler.every(
        TICK,
        () -> {
          runs.incrementAndGet();
          throw new IllegalStateException("as planned");
        });
    Eventually.until("three runs", () -> runs.get() >= 3);
  }

  @Test
  void aSlowTaskNeverRunsTwiceAtOnceNorHoldsUpOthers() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger others = new AtomicInteger();
    CountDownLatch go = new CountDownLatch(1);
    scheduler.every(
        TICK,
        () -> {
          inside.incrementAndGet();
          await(go);
        });
    scheduler.every(TICK, others::incrementAndGet);
    Eventually.until("the others run", () -> others.get() >= 5 && inside.get() > 0);
    assertThat(inside).hasValue(1);
    go.countDown();
    Eventually.until("it runs again", () -> inside.get() > 1);
  }

  @Test
  void tasksOfOnePeriodDoNotAllComeAtOnce() {
    Duration period = Duration.ofMillis(400);
    long begun = System.nanoTime();
    List<Long> first = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 20; i++) {
      AtomicBoolean ran = new AtomicBoolean();
      scheduler.every(
          period,
          () -> {
            if (!ran.getAndSet(true)) {
              first.add(System.nanoTime() - begun);
            }
          });
    }
    Eventually.until("each has run", () -> first.size() == 20);
    assertThat(Collections.max(first) - Collections.min(first))
        .isGreaterThan(period.toNanos() / 10);
  }

  @Test
  void aDelayedTaskRunsOnceUnlessCancelled() {
    AtomicInteger runs = new AtomicInteger();
    AtomicInteger cancelled = new AtomicInteger();
    AtomicInteger ticks = new AtomicInteger();
    scheduler.after(TICK, cancelled::incrementAndGet).close();
    scheduler.after(TICK, runs::incrementAndGet);
    scheduler.every(TICK, ticks::incrementAndGet);
    Eventually.until("time passes", () -> ticks.get() >= 5 && runs.get() > 0);
    assertThat(runs).hasValue(1);
    assertThat(cancelled).hasValue(0);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
