package bellows.cloudcontroller.placements;

import bellows.contracts.dea.DeaHeartbeat;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.ids.InstanceId;
import bellows.contracts.ids.PlacementId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the hosts have to be told so that they run the placements: the difference between the rows
 * and the heartbeats. Both orders may be sent again and again without harm.
 *
 * <p>A placement that was moved has an instance on its old host for as long as the new host does
 * not report a running one: the new one opens first, the old one drains after it.
 *
 * @param starts placements that their host does not report
 * @param stops instances that belong to no placement
 * @param asleepElsewhere placements among {@code starts} whose instance on another host sleeps
 */
record InstanceOrders(
    List<Placement> starts, List<DeaHeartbeat.Instance> stops, Set<PlacementId> asleepElsewhere) {
  /** Instances of other partitions belong to another controller. */
  static final String PARTITION = "default";

  /**
   * @param placements read after the heartbeats came: a placement is committed before its start is
   *     sent, so an instance without a row is never one that is about to get it
   * @param reports the last heartbeat by host; a host that has not been heard gets no stops
   * @param ending instances that were told to stop and are still reported: they serve nobody any
   *     more, whatever the placement says by now
   */
  static InstanceOrders of(
      Collection<Placement> placements,
      Map<String, HostReports.Report> reports,
      Set<InstanceId> ending) {
    Map<PlacementId, Placement> byId = new HashMap<>();
    placements.forEach(placement -> byId.put(placement.id(), placement));
    Set<PlacementId> reported = new HashSet<>();
    Set<PlacementId> running = new HashSet<>();
    Map<DeaHeartbeat.Instance, Placement> leaving = new HashMap<>();
    List<DeaHeartbeat.Instance> extra = new ArrayList<>();
    for (Map.Entry<String, HostReports.Report> host : reports.entrySet()) {
      for (DeaHeartbeat.Instance instance : host.getValue().instances()) {
        Placement placement = instance.placement() == null ? null : byId.get(instance.placement());
        if (placement == null || !placement.version().equals(instance.version())) {
          extra.add(instance);
        } else if (!placement.host().equals(host.getKey())) {
          leaving.put(instance, placement);
        } else if (placement.isSettled()) {
          // While one ends the next is not started: to a host that has one, a start says nothing.
          reported.add(placement.id());
          if (ending.contains(instance.instance())) {
            extra.add(instance);
          } else if (instance.state() == InstanceState.RUNNING) {
            running.add(placement.id());
          }
        }
      }
    }
    Set<PlacementId> asleepElsewhere = new HashSet<>();
    leaving.forEach((instance, placement) -> {
      if (running.contains(placement.id()) || instance.state() == InstanceState.CRASHED) {
        extra.add(instance);
      } else if (Boolean.TRUE.equals(instance.asleep())) {
        asleepElsewhere.add(placement.id());
      }
    });
    return new InstanceOrders(
        placements.stream()
            .filter(Placement::isSettled)
            .filter(placement -> !reported.contains(placement.id()))
            .toList(),
        extra.stream().filter(InstanceOrders::mayStop).toList(),
        Set.copyOf(asleepElsewhere));
  }

  private static boolean mayStop(DeaHeartbeat.Instance instance) {
    return PARTITION.equals(instance.partition())
        && instance.state() != InstanceState.STOPPING
        && instance.state() != InstanceState.STOPPED;
  }
}
