package bellows.cloudcontroller.processes;

import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.apps.AppProcess;
import bellows.contracts.dea.FoundInstance;
import bellows.contracts.dea.FoundInstance.Stats;
import bellows.contracts.dea.FoundInstance.Wakes;
import bellows.contracts.dea.InstanceState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the instances of a process do: one entry for each index below the desired number, DOWN where
 * nobody reports one. Pure.
 */
final class ProcessStats {
  private static final long BYTES_PER_MB = 1L << 20;
  private static final String ASLEEP = "asleep: wakes on the next request";

  private ProcessStats() {}

  /**
   * @param unplaced why an instance has no place, null when all have one
   */
  static Map<String, Object> body(
      AppProcess process, List<FoundInstance> found, @Nullable String unplaced) {
    Map<Integer, FoundInstance> byIndex = new HashMap<>();
    for (FoundInstance instance : found) {
      if (instance.version().value().equals(process.version())) {
        // Two of one index are one too many, which is about to go: the better one is shown.
        byIndex.merge(instance.index(), instance, ProcessStats::better);
      }
    }
    List<Map<String, @Nullable Object>> entries = new ArrayList<>();
    for (int index = 0; index < process.instances(); index++) {
      FoundInstance instance = byIndex.get(index);
      entries.add(instance == null ? down(process, index, unplaced) : entry(process, instance));
    }
    return Map.of("resources", entries);
  }

  private static FoundInstance better(FoundInstance one, FoundInstance other) {
    return shown(other.state()).equals("RUNNING") ? other : one;
  }

  /** The four states that clients know. */
  static String shown(InstanceState state) {
    return switch (state) {
      case BORN, STARTING -> "STARTING";
      case RUNNING, EVACUATING -> "RUNNING";
      case CRASHED -> "CRASHED";
      case STOPPING, STOPPED -> "DOWN";
    };
  }

  private static Map<String, @Nullable Object> down(
      AppProcess process, int index, @Nullable String details) {
    Map<String, @Nullable Object> entry = new LinkedHashMap<>();
    entry.put("type", process.type());
    entry.put("index", index);
    entry.put("state", "DOWN");
    entry.put("routable", false);
    entry.put("uptime", 0);
    entry.put("isolation_segment", null);
    entry.put("details", details);
    return entry;
  }

  private static Map<String, @Nullable Object> entry(AppProcess process, FoundInstance instance) {
    Stats stats = instance.stats();
    String state = shown(instance.state());
    Map<String, @Nullable Object> entry = new LinkedHashMap<>();
    entry.put("type", process.type());
    entry.put("index", instance.index());
    entry.put("instance_guid", instance.instance().value());
    entry.put("state", state);
    entry.put("routable", state.equals("RUNNING"));
    entry.put("host", stats == null ? "" : stats.host());
    entry.put("instance_internal_ip", stats == null ? "" : stats.instanceAddress());
    entry.put("uptime", stats == null ? 0 : stats.uptimeSeconds());
    entry.put(
        "mem_quota", stats == null ? process.memoryMb() * BYTES_PER_MB : stats.memQuotaBytes());
    entry.put(
        "disk_quota", stats == null ? process.diskMb() * BYTES_PER_MB : stats.diskQuotaBytes());
    entry.put("log_rate_limit", process.logRate());
    entry.put("fds_quota", stats == null ? 0 : stats.fdsQuota());
    entry.put("isolation_segment", null);
    entry.put("details", details(instance));
    entry.put("instance_ports", stats == null ? List.of() : ports(stats));
    entry.put("usage", stats == null ? Map.of() : usage(stats));
    Wakes wakes = instance.wakes();
    if (wakes != null) {
      entry.put("sleep", sleep(wakes));
    }
    return entry;
  }

  /**
   * A sleeping instance is RUNNING: clients that wait for a start take RUNNING and nothing else for
   * an end (reference/api.md, T1), it has its place and its route, and whoever calls it is
   * answered. The details say what else there is to know.
   */
  private static @Nullable String details(FoundInstance instance) {
    Wakes wakes = instance.wakes();
    return instance.details() == null && wakes != null && wakes.asleep()
        ? ASLEEP
        : instance.details();
  }

  /** Ours, beside what clients know; they ignore it. */
  private static Map<String, @Nullable Object> sleep(Wakes wakes) {
    Map<String, @Nullable Object> sleep = new LinkedHashMap<>();
    sleep.put("asleep", wakes.asleep());
    sleep.put("wakes", wakes.count());
    sleep.put("last_reason", wakes.lastReason());
    sleep.put("last_request", wakes.lastRequest());
    sleep.put("last_client", wakes.lastClient());
    Double at = wakes.lastAtSeconds();
    sleep.put(
        "last_at", at == null ? null : Timestamps.text(Instant.ofEpochMilli((long) (at * 1000))));
    sleep.put("phases_ms", wakes.phasesMillis());
    return sleep;
  }

  private static List<Map<String, @Nullable Object>> ports(Stats stats) {
    Map<String, @Nullable Object> ports = new LinkedHashMap<>();
    ports.put("external", stats.port());
    ports.put("internal", stats.containerPort() == null ? 8080 : stats.containerPort());
    ports.put("external_tls_proxy_port", null);
    ports.put("internal_tls_proxy_port", null);
    return List.of(ports);
  }

  private static Map<String, @Nullable Object> usage(Stats stats) {
    Map<String, @Nullable Object> usage = new LinkedHashMap<>();
    usage.put("time", stats.usage().time());
    usage.put("cpu", stats.usage().cpu());
    usage.put("cpu_entitlement", null);
    usage.put("mem", stats.usage().mem());
    usage.put("disk", stats.usage().disk());
    usage.put("log_rate", 0);
    return usage;
  }
}
