package bellows.dea.instances;

import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.ids.InstanceId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The instances that this host has. Thread-safe; lists are snapshots. */
public final class InstanceRegistry {
  private final Map<InstanceId, Instance> instances = new ConcurrentHashMap<>();

  private final Map<Integer, Instance> newestAtPort = new ConcurrentHashMap<>();

  void add(Instance instance) {
    instances.put(instance.id(), instance);
    newestAtPort.put(instance.port(), instance);
  }

  /**
   * Takes it out.
   *
   * @return false when it was out already
   */
  boolean remove(Instance instance) {
    newestAtPort.remove(instance.port(), instance);
    return instances.remove(instance.id(), instance);
  }

  /** Who is, or will be, behind a port of this host. */
  Optional<Instance> at(int port) {
    return Optional.ofNullable(newestAtPort.get(port));
  }

  /** In the order of app and index. */
  public List<Instance> all() {
    return instances.values().stream()
        .sorted(
            Comparator.comparing((Instance i) -> i.app().value())
                .thenComparingInt(Instance::index)
                .thenComparing(i -> i.id().value()))
        .toList();
  }

  public List<Instance> matching(InstanceFilter filter) {
    return all().stream().filter(i -> matches(filter, i)).toList();
  }

  /** The newest instance of a placement that is not on its way out. */
  Optional<Instance> seated(String seat) {
    return instances.values().stream()
        .filter(i -> i.seat().equals(seat))
        .filter(i -> i.state() != InstanceState.STOPPING)
        .findFirst();
  }

  /** All instances of a placement, those that are being stopped too. */
  List<Instance> allSeated(String seat) {
    return instances.values().stream().filter(i -> i.seat().equals(seat)).toList();
  }

  /** Crashed ones count: the controller wants to know where an app already is. */
  public Map<String, Integer> countsByApp() {
    Map<String, Integer> counts = new TreeMap<>();
    instances.values().forEach(i -> counts.merge(i.app().value(), 1, Integer::sum));
    return counts;
  }

  private static boolean matches(InstanceFilter filter, Instance instance) {
    return filter.droplet().equals(instance.app())
        && (filter.version() == null || filter.version().equals(instance.version()))
        && contains(filter.indices(), instance.index())
        && contains(filter.instances(), instance.id())
        && contains(filter.states(), instance.state().name());
  }

  private static <T> boolean contains(@Nullable List<T> wanted, T value) {
    return wanted == null || wanted.contains(value);
  }
}
