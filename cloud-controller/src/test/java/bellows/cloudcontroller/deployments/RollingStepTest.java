package bellows.cloudcontroller.deployments;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.cloudcontroller.deployments.RollingStep.Finish;
import bellows.cloudcontroller.deployments.RollingStep.Resize;
import bellows.cloudcontroller.deployments.RollingStep.RollBack;
import bellows.cloudcontroller.deployments.RollingStep.Situation;
import bellows.cloudcontroller.deployments.RollingStep.Wait;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RollingStepTest {
  @Test
  void waitsUntilTheNewInstanceRuns() {
    assertThat(next(2, 1, 1, 0, 2)).isEqualTo(new Wait());
  }

  @Test
  void takesAnOldOneForEachNewOneThatRuns() {
    assertThat(next(2, 1, 1, 1, 2)).isEqualTo(new Resize(2, List.of(1)));
  }

  @Test
  void finishesWhenAllRun() {
    assertThat(next(2, 1, 2, 2, 1)).isEqualTo(new Finish());
  }

  @Test
  void startsSeveralWhenTheyMayBeInFlight() {
    assertThat(next(5, 3, 3, 1, 5)).isEqualTo(new Resize(4, List.of(4)));
  }

  @Test
  void rollsBackWhenTheNewOnesFail() {
    assertThat(RollingStep.next(new Situation(2, 1, 1, 0, List.of(2), "it crashed")))
        .isEqualTo(new RollBack("it crashed"));
  }

  @Test
  void aFailureAfterTheLastOneRunsDoesNotMatter() {
    assertThat(RollingStep.next(new Situation(2, 1, 2, 2, List.of(0), "late")))
        .isEqualTo(new Finish());
  }

  @Test
  void theOldestProcessShrinksFirst() {
    assertThat(RollingStep.next(new Situation(3, 1, 2, 2, List.of(2, 1), "")))
        .isEqualTo(new Resize(3, List.of(0, 1)));
  }

  @Test
  void neverServesLessThanBeforeAndEnds() {
    for (int wanted = 1; wanted <= 6; wanted++) {
      for (int inFlight = 1; inFlight <= 7; inFlight++) {
        walk(wanted, inFlight);
      }
    }
  }

  /** Each new instance runs one round after it was asked for. */
  private static void walk(int wanted, int inFlight) {
    int fresh = Math.min(inFlight, wanted);
    int running = 0;
    List<Integer> old = new ArrayList<>(List.of(wanted));
    for (int round = 0; round < 20; round++) {
      assertThat(running + old.getFirst()).isGreaterThanOrEqualTo(wanted);
      assertThat(fresh + old.getFirst()).isLessThanOrEqualTo(wanted + inFlight);
      switch (RollingStep.next(new Situation(wanted, inFlight, fresh, running, old, ""))) {
        case Finish() -> {
          return;
        }
        case Resize(int more, List<Integer> kept) -> {
          fresh = more;
          old = kept;
        }
        case Wait() -> running = fresh;
        case RollBack(String why) -> throw new AssertionError(why);
      }
    }
    throw new AssertionError("never ends: %d, %d".formatted(wanted, inFlight));
  }

  private static RollingStep next(
      int wanted, int inFlight, int newInstances, int newRunning, int old) {
    return RollingStep.next(
        new Situation(wanted, inFlight, newInstances, newRunning, List.of(old), ""));
  }
}
