package bellows.cloudcontroller.history;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.cloudcontroller.history.Change.Kind;
import bellows.cloudcontroller.history.UndoPlan.Now;
import bellows.cloudcontroller.history.UndoPlan.Size;
import bellows.cloudcontroller.placements.PlacementMoves.Place;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UndoPlanTest {
  private static final Place FIRST = new Place("web", 0);
  private static final Now NOW =
      new Now("new", true, Map.of("web", new Size(3, 128, 256)), Map.of(FIRST, "host-2"));

  private static ChangeSet set(Change... changes) {
    return new ChangeSet(1, "app", "user:ada", Instant.EPOCH, null, null, List.of(changes));
  }

  private static Change change(
      Kind kind, String key, @Nullable String was, @Nullable String became) {
    return new Change(
        kind,
        key,
        2,
        was == null ? null : Json.tree(was),
        became == null ? null : Json.tree(became));
  }

  private static String placedOn(String host) {
    return "{\"process_guid\":\"web\",\"instance_index\":0,\"host\":\"%s\"}".formatted(host);
  }

  @Test
  void goesBackToTheFormerNumberOfInstances() {
    UndoPlan plan =
        UndoPlan.of(
            set(change(Kind.PROCESS, "web", "{\"instances\":1}", "{\"instances\":3}")), NOW);
    assertThat(plan.sizes()).containsExactly(Map.entry("web", new Size(1, null, null)));
    assertThat(plan.droplet()).isNull();
  }

  @Test
  void goesBackToTheFirstOfSeveralValues() {
    UndoPlan plan =
        UndoPlan.of(
            set(
                change(Kind.PROCESS, "web", "{\"instances\":1}", "{\"instances\":2}"),
                change(Kind.PROCESS, "web", "{\"instances\":2}", "{\"instances\":3}")),
            NOW);
    assertThat(plan.sizes()).containsExactly(Map.entry("web", new Size(1, null, null)));
  }

  @Test
  void goesBackToTheFormerHostAndReplacesWhatIsGone() {
    assertThat(
            UndoPlan.of(
                    set(change(Kind.PLACEMENT, "p", placedOn("host-1"), placedOn("host-2"))), NOW)
                .hosts())
        .containsExactly(Map.entry(FIRST, "host-1"));
    assertThat(UndoPlan.of(set(change(Kind.PLACEMENT, "p", placedOn("host-1"), null)), NOW).hosts())
        .containsExactly(Map.entry(FIRST, "host-1"));
  }

  @Test
  void goesBackToTheFormerDropletWhereverItWasChanged() {
    assertThat(
            UndoPlan.of(
                    set(
                        change(
                            Kind.PROCESS,
                            "web",
                            "{\"droplet_guid\":\"old\"}",
                            "{\"droplet_guid\":\"new\"}")),
                    NOW)
                .droplet())
        .isEqualTo("old");
    assertThat(
            UndoPlan.of(
                    set(
                        change(
                            Kind.APP,
                            "app",
                            "{\"droplet_guid\":null}",
                            "{\"droplet_guid\":\"new\"}")),
                    NOW)
                .isNothing())
        .as("before the first deploy there was none")
        .isTrue();
  }

  @Test
  void needsNothingWhereAllIsAsItWas() {
    Now back = new Now("old", false, Map.of("web", new Size(1, 128, 256)), Map.of());
    assertThat(
            UndoPlan.of(
                    set(
                        change(
                            Kind.APP,
                            "app",
                            "{\"desired_state\":\"STOPPED\",\"droplet_guid\":\"old\"}",
                            "{\"desired_state\":\"STARTED\",\"droplet_guid\":\"new\"}"),
                        change(Kind.PROCESS, "web", "{\"instances\":1}", "{\"instances\":3}"),
                        change(Kind.PROCESS, "gone", "{\"instances\":1}", "{\"instances\":3}")),
                    back)
                .isNothing())
        .isTrue();
  }

  @Test
  void puttingBackWhatIsNotToRunIsNothing() {
    ChangeSet moved = set(change(Kind.PLACEMENT, "p", placedOn("host-1"), placedOn("host-2")));
    Map<String, Size> sizes = Map.of("web", new Size(3, 128, 256));
    assertThat(UndoPlan.of(moved, new Now("new", false, sizes, Map.of())).isNothing())
        .as("the app is stopped")
        .isTrue();
    assertThat(
            UndoPlan.of(moved, new Now("new", true, Map.of("web", new Size(0, 128, 256)), Map.of()))
                .isNothing())
        .as("the process has no such instance")
        .isTrue();
    assertThat(UndoPlan.of(moved, new Now("new", true, Map.of(), Map.of())).isNothing())
        .as("there is no such process")
        .isTrue();
  }

  @Test
  void whatRunsAgainBecauseOfTheUndoGoesWhereItStood() {
    assertThat(
            UndoPlan.of(
                    set(
                        change(
                            Kind.APP,
                            "app",
                            "{\"desired_state\":\"STARTED\"}",
                            "{\"desired_state\":\"STOPPED\"}"),
                        change(Kind.PROCESS, "web", "{\"instances\":1}", "{\"instances\":0}"),
                        change(Kind.PLACEMENT, "p", placedOn("host-1"), null)),
                    new Now("new", false, Map.of("web", new Size(0, 128, 256)), Map.of()))
                .hosts())
        .containsExactly(Map.entry(FIRST, "host-1"));
  }
}
