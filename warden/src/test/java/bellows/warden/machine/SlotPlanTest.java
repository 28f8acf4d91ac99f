package bellows.warden.machine;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.warden.BindMount;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlotPlanTest {
  private static final SlotShape SMALL = shape(64);
  private static final SlotShape LARGE = shape(1024);
  private static final SlotShape HUGE = shape(4096);

  private final SlotPlan plan = new SlotPlan(3);

  @Test
  void wantsNothingBeforeAnythingWasAskedFor() {
    assertThat(plan.missing(List.of())).isEmpty();
    assertThat(plan.surplus(List.of())).isEmpty();
  }

  @Test
  void ofSizeNothingKeepsNothing() {
    SlotPlan none = new SlotPlan(0);
    none.wanted(SMALL);

    assertThat(none.missing(List.of())).isEmpty();
    assertThat(none.surplus(List.of())).isEmpty();
  }

  @Test
  void fillsUpWithTheOnlyShape() {
    plan.wanted(SMALL);

    assertThat(plan.missing(List.of(SMALL, SMALL))).contains(SMALL);
    assertThat(plan.missing(List.of(SMALL, SMALL, SMALL))).isEmpty();
  }

  @Test
  void keepsOneOfEachAndMoreOfTheLatest() {
    plan.wanted(SMALL);
    plan.wanted(LARGE);

    assertThat(plan.missing(List.of())).contains(LARGE);
    assertThat(plan.missing(List.of(LARGE))).contains(SMALL);
    assertThat(plan.missing(List.of(LARGE, SMALL))).contains(LARGE);
    assertThat(plan.missing(List.of(LARGE, SMALL, LARGE))).isEmpty();
  }

  @Test
  void givesUpWhatIsTooManyForWhatIsMissing() {
    plan.wanted(SMALL);
    plan.wanted(LARGE);

    assertThat(plan.surplus(List.of(SMALL, SMALL))).isEmpty();
    assertThat(plan.surplus(List.of(SMALL, SMALL, SMALL))).contains(SMALL);
    assertThat(plan.surplus(List.of(HUGE, SMALL, LARGE))).contains(HUGE);
    assertThat(plan.surplus(List.of(LARGE, SMALL, LARGE))).isEmpty();
  }

  @Test
  void forgetsTheOldestShapeAndWhatCannotBeMade() {
    plan.wanted(SMALL);
    plan.wanted(LARGE);
    plan.wanted(HUGE);
    plan.wanted(shape(1));
    assertThat(plan.missing(List.of(shape(1), HUGE, LARGE))).isEmpty();

    plan.forget(shape(1));
    assertThat(plan.missing(List.of(HUGE, LARGE))).contains(HUGE);
  }

  @Test
  void knowsThatFilesOfTheAppCouldBeInTheWayOfAMount() {
    Path source = Path.of("/source");
    SlotShape inHome =
        new SlotShape(64, List.of(BindMount.readOnly(source, Path.of("/home/vcap/x"))));
    plan.wanted(inHome);

    assertThat(inHome.possible()).isFalse();
    assertThat(plan.missing(List.of())).isEmpty();
    assertThat(new SlotShape(64, List.of(BindMount.readOnly(source, Path.of("/opt/x")))).possible())
        .isTrue();
  }

  private static SlotShape shape(int diskMb) {
    return new SlotShape(diskMb, List.of());
  }
}
