package bellows.cloudcontroller.placements;

import static org.assertj.core.api.Assertions.assertThat;

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

class InstanceOrdersTest {
  private static final Placement MOVED_TO_TWO = placement("host-2", "10.0.0.2", 20_000);

  private static Placement placement(String host, String address, int port) {
    return new Placement(
        new PlacementId("p"),
        new AppGuid("app"),
        new ProcessGuid("web"),
        0,
        host,
        address,
        port,
        new AppVersion("v1"),
        64,
        64);
  }

  private static HostReports.Report report(DeaHeartbeat.Instance... instances) {
    return new HostReports.Report(new DeaId("dea"), List.of(instances), 0);
  }

  private static DeaHeartbeat.Instance instance(String id, InstanceState state, boolean asleep) {
    return new DeaHeartbeat.Instance(
        InstanceOrders.PARTITION,
        new AppGuid("app"),
        new AppVersion("v1"),
        new InstanceId(id),
        0,
        state,
        0,
        new PlacementId("p"),
        asleep);
  }

  private static InstanceOrders orders(
      List<Placement> placements, Map<String, HostReports.Report> reports) {
    return InstanceOrders.of(placements, reports, Set.of());
  }

  @Test
  void theOldHostKeepsItsInstanceUntilTheNewOneRuns() {
    DeaHeartbeat.Instance old = instance("old", InstanceState.RUNNING, false);
    InstanceOrders before =
        orders(List.of(MOVED_TO_TWO), Map.of("host-1", report(old), "host-2", report()));
    assertThat(before.starts()).containsExactly(MOVED_TO_TWO);
    assertThat(before.stops()).isEmpty();

    InstanceOrders starting =
        orders(
            List.of(MOVED_TO_TWO),
            Map.of(
                "host-1",
                report(old),
                "host-2",
                report(instance("new", InstanceState.STARTING, false))));
    assertThat(starting.starts()).isEmpty();
    assertThat(starting.stops()).isEmpty();

    InstanceOrders running =
        orders(
            List.of(MOVED_TO_TWO),
            Map.of(
                "host-1",
                report(old),
                "host-2",
                report(instance("new", InstanceState.RUNNING, false))));
    assertThat(running.stops())
        .singleElement()
        .matches(stop -> stop.instance().equals(new InstanceId("old")));
  }

  @Test
  void nothingStartsBeforeThePlaceIsKnown() {
    InstanceOrders orders =
        orders(
            List.of(placement("host-2", "", -1)),
            Map.of("host-1", report(instance("old", InstanceState.RUNNING, false))));
    assertThat(orders.starts()).isEmpty();
    assertThat(orders.stops()).isEmpty();
  }

  @Test
  void whatSleepsIsMovedAsleep() {
    InstanceOrders orders =
        orders(
            List.of(MOVED_TO_TWO),
            Map.of("host-1", report(instance("old", InstanceState.RUNNING, true))));
    assertThat(orders.asleepElsewhere()).containsExactly(new PlacementId("p"));
  }

  @Test
  void whatHasNoPlacementStops() {
    InstanceOrders orders =
        orders(List.of(), Map.of("host-1", report(instance("old", InstanceState.RUNNING, false))));
    assertThat(orders.stops()).hasSize(1);
  }

  @Test
  void whatWasToldToStopDoesNotCountWhenThePlacementComesBack() {
    DeaHeartbeat.Instance told = instance("told", InstanceState.RUNNING, false);
    DeaHeartbeat.Instance elsewhere = instance("elsewhere", InstanceState.RUNNING, false);
    InstanceOrders back =
        InstanceOrders.of(
            List.of(MOVED_TO_TWO),
            Map.of("host-1", report(elsewhere), "host-2", report(told)),
            Set.of(new InstanceId("told")));
    assertThat(back.stops()).containsExactly(told);
    assertThat(back.starts()).as("to a host that has one still").isEmpty();

    InstanceOrders gone =
        InstanceOrders.of(
            List.of(MOVED_TO_TWO),
            Map.of("host-1", report(elsewhere), "host-2", report()),
            Set.of());
    assertThat(gone.stops()).isEmpty();
    assertThat(gone.starts()).containsExactly(MOVED_TO_TWO);
  }
}
