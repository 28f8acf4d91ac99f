package bellows.base.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComponentsTest {
  private final List<String> happened = new ArrayList<>();

  @Test
  void theyAreStartedInOrderAndClosedBackwards() {
    Components all = new Components(List.of(part("a", false, false), part("b", false, false)));
    all.start();
    all.start();
    all.close();
    all.close();
    assertThat(happened).containsExactly("start a", "start b", "close b", "close a");
  }

  @Test
  void aFailedStartClosesWhatRanAndTheOneThatFailed() {
    Components all =
        new Components(
            List.of(part("a", false, false), part("b", true, false), part("c", false, false)));
    assertThatIllegalStateException().isThrownBy(all::start).withMessage("b");
    assertThat(happened).containsExactly("start a", "start b", "close b", "close a");
  }

  @Test
  void aFailedCloseDoesNotKeepTheOthersOpen() {
    Components all = new Components(List.of(part("a", false, false), part("b", false, true)));
    all.start();
    all.close();
    assertThat(happened).containsExactly("start a", "start b", "close b", "close a");
  }

  @Test
  void theyMayBeClosedWithoutStart() {
    new Components(List.of(part("a", false, false))).close();
    assertThat(happened).isEmpty();
  }

  private Component part(String name, boolean failsToStart, boolean failsToClose) {
    return new Component() {
      @Override
      public void start() {
        happen("start " + name, failsToStart);
      }

      @Override
      public void close() {
        happen("close " + name, failsToClose);
      }

      private void happen(String what, boolean failure) {
        happened.add(what);
        if (failure) {
          throw new IllegalStateException(name);
        }
      }
    };
  }
}
