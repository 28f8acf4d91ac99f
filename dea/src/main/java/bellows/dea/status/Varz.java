package bellows.dea.status;

import bellows.contracts.dea.StartInstance;
import bellows.dea.activator.Activator;
import bellows.dea.activator.Refusal;
import bellows.dea.capacity.Capacity;
import bellows.dea.instances.Instance;
import bellows.dea.instances.InstanceRegistry;
import bellows.dea.instances.WakeCounts;
import bellows.warden.Warden;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The page of a DEA: the historic keys, then those of sleep and wake. Totals grow from the start of
 * this process on.
 */
public final class Varz {
  /** What a staging task reserves. */
  private static final int STAGING_MB = 1024;

  private final List<String> stacks;
  private final InstanceRegistry registry;
  private final Capacity capacity;
  private final WakeCounts wakes;
  private final Activator activator;
  private final Warden warden;

  public Varz(
      List<String> stacks,
      InstanceRegistry registry,
      Capacity capacity,
      WakeCounts wakes,
      Activator activator,
      Warden warden) {
    this.stacks = List.copyOf(stacks);
    this.registry = registry;
    this.capacity = capacity;
    this.wakes = wakes;
    this.activator = activator;
    this.warden = warden;
  }

  /** How it is now. */
  public Map<String, Object> page() {
    List<Instance> instances = registry.all();
    int stagers = capacity.availableMemoryMb() / STAGING_MB;
    Map<String, Object> page = new LinkedHashMap<>();
    page.put("can_stage", stagers > 0 ? 1 : 0);
    page.put("reservable_stagers", stagers);
    page.put("available_memory_ratio", capacity.availableMemoryRatio());
    page.put("available_disk_ratio", capacity.availableDiskRatio());
    page.put("stacks", stacks);
    page.put("instance_registry", byApp(instances));
    page.put("instances_asleep", instances.stream().filter(Instance::asleep).count());
    page.put("wakes", wakes.count());
    page.put("wake_seconds_total", wakes.secondsByPhase());
    page.put("wake_callers", activator.callers());
    page.put("wake_refusals", refusals());
    page.put("warm_slots", warden.warmSlots());
    return page;
  }

  private Map<String, Long> refusals() {
    Map<String, Long> byCode = new TreeMap<>();
    for (Refusal refusal : Refusal.values()) {
      byCode.put(refusal.code(), activator.refusals().getOrDefault(refusal, 0L));
    }
    return byCode;
  }

  private static Map<String, Map<String, Object>> byApp(List<Instance> instances) {
    Map<String, Map<String, Object>> apps = new TreeMap<>();
    for (Instance instance : instances) {
      apps.computeIfAbsent(instance.app().value(), _ -> new TreeMap<>())
          .put(instance.id().value(), shown(instance));
    }
    return apps;
  }

  /** One that sleeps holds nothing. */
  private static Map<String, Object> shown(Instance instance) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("state", instance.state());
    shown.put("asleep", instance.asleep());
    if (!instance.asleep()) {
      StartInstance.Limits limits = instance.limits();
      shown.put("limits", Map.of("mem", limits.mem(), "disk", limits.disk()));
    }
    return shown;
  }
}
