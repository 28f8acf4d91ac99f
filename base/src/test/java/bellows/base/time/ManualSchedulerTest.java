package bellows.base.time;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.ManualScheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManualSchedulerTest {
  private final ManualScheduler scheduler = new ManualScheduler();
  private final List<String> ran = new ArrayList<>();

  @Test
  void timeMovesOnlyWhenItIsMoved() {
    Instant before = scheduler.now();
    assertThat(scheduler.now()).isEqualTo(before);
    scheduler.advance(Duration.ofSeconds(3));
    assertThat(scheduler.now()).isEqualTo(before.plusSeconds(3));
    assertThat(scheduler.nanoTime()).isEqualTo(3_000_000_000L);
  }

  @Test
  void tasksRunInTheOrderOfTheirTimes() {
    scheduler.after(seconds(3), () -> ran.add("c"));
    scheduler.after(seconds(1), () -> ran.add("a"));
    scheduler.after(seconds(1), () -> ran.add("b"));
    scheduler.advance(seconds(2));
    assertThat(ran).containsExactly("a", "b");
    scheduler.advance(seconds(1));
    assertThat(ran).containsExactly("a", "b", "c");
  }

  @Test
  void aTaskSeesTheTimeAtWhichItIsDue() {
    scheduler.every(seconds(2), () -> ran.add("at " + scheduler.nanoTime() / 1_000_000_000));
    scheduler.advance(seconds(7));
    assertThat(ran).containsExactly("at 2", "at 4", "at 6");
  }

  @Test
  void aCancelledTaskDoesNotRun() {
    Scheduler.Timer timer = scheduler.every(seconds(1), () -> ran.add("a"));
    scheduler.advance(seconds(2));
    timer.close();
    scheduler.advance(seconds(5));
    assertThat(ran).hasSize(2);
  }

  @Test
  void aTaskMayScheduleAnother() {
    scheduler.after(seconds(1), () -> scheduler.after(seconds(1), () -> ran.add("later")));
    scheduler.advance(seconds(2));
    assertThat(ran).containsExactly("later");
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }
}
