package bellows.cloudcontroller.processes;

import bellows.base.time.Scheduler;
import bellows.cloudcontroller.apps.AppProcess;
import bellows.cloudcontroller.placements.PlacementReconciler;
import bellows.contracts.dea.DeaHeartbeat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The states of instances as the last heartbeats told them: good for lists of many processes, since
 * no host has to be asked.
 */
public final class ReportedInstances {
  private final PlacementReconciler placements;
  private final Scheduler scheduler;

  public ReportedInstances(PlacementReconciler placements, Scheduler scheduler) {
    this.placements = placements;
    this.scheduler = scheduler;
  }

  /**
   * {@code [{index, state, since, asleep?}]}: {@code since} is the number of seconds in that state;
   * {@code asleep} is ours.
   */
  List<Map<String, Object>> of(AppProcess process) {
    Map<Integer, DeaHeartbeat.Instance> byIndex = new HashMap<>();
    for (DeaHeartbeat.Instance instance : placements.reported(process.version())) {
      byIndex.put(instance.index(), instance);
    }
    List<Map<String, Object>> entries = new ArrayList<>();
    double now = scheduler.now().toEpochMilli() / 1000.0;
    for (int index = 0; index < process.instances(); index++) {
      DeaHeartbeat.Instance instance = byIndex.get(index);
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("index", index);
      entry.put("state", instance == null ? "DOWN" : ProcessStats.shown(instance.state()));
      entry.put(
          "since", instance == null ? 0 : Math.max(0, Math.round(now - instance.stateTimestamp())));
      if (instance != null && instance.asleep() != null) {
        entry.put("asleep", instance.asleep());
      }
      entries.add(entry);
    }
    return entries;
  }
}
