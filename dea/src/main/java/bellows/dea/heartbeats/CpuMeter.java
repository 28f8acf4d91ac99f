package bellows.dea.heartbeats;

import bellows.contracts.ids.InstanceId;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Processor use as a share of one core, from two readings of a counter at least a second apart.
 * Thread-safe.
 */
final class CpuMeter {
  private static final long SHORTEST_NANOS = 1_000_000_000L;

  private final Map<InstanceId, Reading> readings = new HashMap<>();

  private record Reading(long atNanos, long cpuNanos, double share) {}

  /** Takes a reading and says the share since the one before; 0 at first. */
  synchronized double share(InstanceId instance, long cpuNanos, long nowNanos) {
    Reading before = readings.get(instance);
    if (before == null) {
      readings.put(instance, new Reading(nowNanos, cpuNanos, 0));
      return 0;
    }
    long passed = nowNanos - before.atNanos();
    if (passed < SHORTEST_NANOS) {
      return before.share();
    }
    double share = Math.max(0, (double) (cpuNanos - before.cpuNanos()) / passed);
    readings.put(instance, new Reading(nowNanos, cpuNanos, share));
    return share;
  }

  synchronized void keepOnly(Set<InstanceId> instances) {
    readings.keySet().retainAll(instances);
  }
}
