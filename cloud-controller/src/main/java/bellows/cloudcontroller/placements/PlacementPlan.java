package bellows.cloudcontroller.placements;

import bellows.contracts.ids.ProcessGuid;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The difference between the desired processes and the placements that exist.
 *
 * @param removals rows to delete
 * @param missing what has no row, lowest indices first, so that with too little room every process
 *     gets its first instance before any gets its second
 */
record PlacementPlan(List<Removal> removals, List<Placer.Demand> missing) {
  /** A placement that must go, and why. */
  record Removal(Placement placement, Reason reason) {}

  /** Why a placement must go. */
  enum Reason {
    /**
     * Its process is stopped or gone, or has another version now: nothing of this version stays.
     */
    VERSION_GONE,
    /** The process has fewer instances now. */
    INDEX_GONE,
    /** The host is not heard any more, and another one can take over. */
    HOST_LOST
  }

  /**
   * @param lost whether a host counts as lost and another one is there
   */
  static PlacementPlan of(
      Collection<DesiredProcess> desired,
      Collection<Placement> placements,
      Predicate<String> lost) {
    Map<ProcessGuid, DesiredProcess> byProcess = new HashMap<>();
    desired.forEach(process -> byProcess.put(process.process(), process));
    Map<ProcessGuid, Set<Integer>> kept = new HashMap<>();
    List<Removal> removals = new ArrayList<>();
    for (Placement placement : placements) {
      DesiredProcess process = byProcess.get(placement.process());
      if (process == null || !process.version().equals(placement.version())) {
        removals.add(new Removal(placement, Reason.VERSION_GONE));
      } else if (placement.index() >= process.instances()) {
        removals.add(new Removal(placement, Reason.INDEX_GONE));
      } else if (lost.test(placement.host())) {
        removals.add(new Removal(placement, Reason.HOST_LOST));
      } else {
        kept.computeIfAbsent(placement.process(), _ -> new HashSet<>()).add(placement.index());
      }
    }
    List<Placer.Demand> missing = new ArrayList<>();
    for (DesiredProcess process : desired) {
      Set<Integer> there = kept.getOrDefault(process.process(), Set.of());
      for (int index = 0; index < process.instances(); index++) {
        if (!there.contains(index)) {
          missing.add(new Placer.Demand(process, index));
        }
      }
    }
    missing.sort(Comparator.comparingInt(Placer.Demand::index));
    return new PlacementPlan(List.copyOf(removals), List.copyOf(missing));
  }
}
