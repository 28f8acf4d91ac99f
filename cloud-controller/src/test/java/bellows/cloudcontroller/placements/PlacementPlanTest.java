package bellows.cloudcontroller.placements;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.cloudcontroller.placements.PlacementPlan.Reason;
import bellows.cloudcontroller.placements.PlacementPlan.Removal;
import bellows.contracts.dea.DeaHeartbeat;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.DeaId;
import bellows.contracts.ids.InstanceId;
import bellows.contracts.ids.PlacementId;
import bellows.contracts.ids.ProcessGuid;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlacementPlanTest {
  private final Placement first = placement(0, "a", "1");
  private final Placement second = placement(1, "b", "1");

  @Test
  void changesNothingWhenAllIsThere() {
    PlacementPlan plan = PlacementPlan.of(List.of(web(2, "1")), List.of(first, second), _ -> false);
    assertThat(plan.removals()).isEmpty();
    assertThat(plan.missing()).isEmpty();
  }

  @Test
  void replacesWhatHasAnotherVersion() {
    PlacementPlan plan = PlacementPlan.of(List.of(web(1, "2")), List.of(first), _ -> false);
    assertThat(plan.removals()).containsExactly(new Removal(first, Reason.VERSION_GONE));
    assertThat(plan.missing()).extracting(Placer.Demand::index).containsExactly(0);
  }

  @Test
  void takesTheHighestIndexWhenScaledDown() {
    PlacementPlan plan = PlacementPlan.of(List.of(web(1, "1")), List.of(first, second), _ -> false);
    assertThat(plan.removals()).containsExactly(new Removal(second, Reason.INDEX_GONE));
  }

  @Test
  void removesWhatNobodyWants() {
    PlacementPlan plan = PlacementPlan.of(List.of(), List.of(first), _ -> false);
    assertThat(plan.removals()).containsExactly(new Removal(first, Reason.VERSION_GONE));
  }

  @Test
  void movesWhatStandsOnALostHost() {
    PlacementPlan plan =
        PlacementPlan.of(List.of(web(2, "1")), List.of(first, second), "b"::equals);
    assertThat(plan.removals()).containsExactly(new Removal(second, Reason.HOST_LOST));
    assertThat(plan.missing()).extracting(Placer.Demand::index).containsExactly(1);
  }

  @Test
  void startsWhatNoHeartbeatListsAndStopsWhatNoRowKnows() {
    DeaHeartbeat.Instance known = instance("i1", first.id(), "1");
    DeaHeartbeat.Instance extra = instance("i2", PlacementId.random(), "1");
    InstanceOrders orders =
        InstanceOrders.of(List.of(first, second), Map.of("a", report(known, extra)), Set.of());
    assertThat(orders.starts()).containsExactly(second);
    assertThat(orders.stops()).containsExactly(extra);
  }

  @Test
  void anInstanceOfAnOldVersionIsNotTheOneThatIsWanted() {
    InstanceOrders orders =
        InstanceOrders.of(
            List.of(first), Map.of("a", report(instance("i1", first.id(), "0"))), Set.of());
    assertThat(orders.starts()).containsExactly(first);
    assertThat(orders.stops()).hasSize(1);
  }

  @Test
  void nothingIsStoppedWithoutAHeartbeat() {
    assertThat(InstanceOrders.of(List.of(), Map.of(), Set.of()).stops()).isEmpty();
  }

  private static HostReports.Report report(DeaHeartbeat.Instance... instances) {
    return new HostReports.Report(new DeaId("dea"), List.of(instances), 0);
  }

  private static DeaHeartbeat.Instance instance(String id, PlacementId placement, String version) {
    return new DeaHeartbeat.Instance(
        "default",
        new AppGuid("shop"),
        new AppVersion(version),
        new InstanceId(id),
        0,
        InstanceState.RUNNING,
        0,
        placement,
        null);
  }

  private static DesiredProcess web(int instances, String version) {
    return new DesiredProcess(
        new AppGuid("shop"),
        new ProcessGuid("web"),
        new AppVersion(version),
        "d",
        "debian",
        instances,
        64,
        64);
  }

  private static Placement placement(int index, String host, String version) {
    return new Placement(
        PlacementId.random(),
        new AppGuid("shop"),
        new ProcessGuid("web"),
        index,
        host,
        "10.0.0.1",
        5000 + index,
        new AppVersion(version),
        64,
        64);
  }
}
