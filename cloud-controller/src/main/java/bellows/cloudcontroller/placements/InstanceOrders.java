package bellows.cloudcontroller.placements;

import bellows.contracts.dea.DeaHeartbeat;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.dea.InstanceState;
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
 * @param starts placements that their host does not report
 * @param stops instances that belong to no placement
 */
record InstanceOrders(List<Placement> starts, List<InstanceFilter> stops) {
  /** Instances of other partitions belong to another controller. */
  static final String PARTITION = "default";

  /**
   * @param placements read after the heartbeats came: a placement is committed before its start is
   *     sent, so an instance without a row is never one that is about to get it
   * @param reports the last heartbeat by host; a host that has not been heard gets no stops
   */
  static InstanceOrders of(
      Collection<Placement> placements, Map<String, HostReports.Report> reports) {
    Map<PlacementId, Placement> byId = new HashMap<>();
    placements.forEach(placement -> byId.put(placement.id(), placement));
    Set<PlacementId> reported = new HashSet<>();
    List<InstanceFilter> stops = new ArrayList<>();
    for (Map.Entry<String, HostReports.Report> host : reports.entrySet()) {
      for (DeaHeartbeat.Instance instance : host.getValue().instances()) {
        Placement placement = instance.placement() == null ? null : byId.get(instance.placement());
        if (placement != null
            && placement.host().equals(host.getKey())
            && placement.version().equals(instance.version())) {
          reported.add(placement.id());
        } else if (mayStop(instance)) {
          stops.add(
              new InstanceFilter(
                  instance.droplet(), null, null, List.of(instance.instance()), null, null));
        }
      }
    }
    List<Placement> starts =
        placements.stream().filter(placement -> !reported.contains(placement.id())).toList();
    return new InstanceOrders(starts, List.copyOf(stops));
  }

  private static boolean mayStop(DeaHeartbeat.Instance instance) {
    return PARTITION.equals(instance.partition())
        && instance.state() != InstanceState.STOPPING
        && instance.state() != InstanceState.STOPPED;
  }
}
