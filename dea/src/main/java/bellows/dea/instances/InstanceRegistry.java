package bellows.dea.instances;

import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.InstanceId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The instances that this host has. Thread-safe; lists are snapshots. */
public final class InstanceRegistry {
  private final Map<InstanceId, Instance> instances = new ConcurrentHashMap<>();

  /** In the order of their indices; the lists never change. */
  private final Map<AppGuid, List<Instance>> byApp = new ConcurrentHashMap<>();

  private final Map<Integer, Instance> newestAtPort = new ConcurrentHashMap<>();

  void add(Instance instance) {
    instances.put(instance.id(), instance);
    byApp.merge(instance.app(), List.of(instance), InstanceRegistry::together);
    newestAtPort.put(instance.port(), instance);
  }

  /**
   * Takes it out.
   *
   * @return false when it was out already
   */
  boolean remove(Instance instance) {
    newestAtPort.remove(instance.port(), instance);
    byApp.computeIfPresent(
        instance.app(),
        (_, had) -> {
          List<Instance> left = had.stream().filter(each -> !each.equals(instance)).toList();
          return left.isEmpty() ? null : left;
        });
    return instances.remove(instance.id(), instance);
  }

  /** Who is, or will be, behind a port of this host. */
  Optional<Instance> at(int port) {
    return Optional.ofNullable(newestAtPort.get(port));
  }

  /** In no order. */
  public List<Instance> all() {
    return List.copyOf(instances.values());
  }

  /** Whether it is still one of this host's. */
  public boolean has(Instance instance) {
    return instances.get(instance.id()) == instance;
  }

  /** In the order of their indices. */
  public List<Instance> matching(InstanceFilter filter) {
    return of(filter.droplet()).stream().filter(i -> matches(filter, i)).toList();
  }

  /** The newest instance of a placement that is not on its way out. */
  Optional<Instance> seated(StartInstance message) {
    return allSeated(message).stream().filter(i -> i.state() != InstanceState.STOPPING).findFirst();
  }

  /** All instances of a placement, those that are being stopped too. */
  List<Instance> allSeated(StartInstance message) {
    String seat = Instance.seat(message);
    return of(message.droplet()).stream().filter(i -> i.seat().equals(seat)).toList();
  }

  private List<Instance> of(AppGuid app) {
    return byApp.getOrDefault(app, List.of());
  }

  private static List<Instance> together(List<Instance> some, List<Instance> more) {
    return Stream.concat(some.stream(), more.stream())
        .sorted(Comparator.comparingInt(Instance::index).thenComparing(i -> i.id().value()))
        .toList();
  }

  /** Crashed ones count: the controller wants to know where an app already is. */
  public Map<String, Integer> countsByApp() {
    Map<String, Integer> counts = new HashMap<>();
    byApp.forEach((app, of) -> counts.put(app.value(), of.size()));
    return counts;
  }

  private static boolean matches(InstanceFilter filter, Instance instance) {
    return (filter.version() == null || filter.version().equals(instance.version()))
        && contains(filter.indices(), instance.index())
        && contains(filter.instances(), instance.id())
        && contains(filter.states(), instance.state().name());
  }

  private static <T> boolean contains(@Nullable List<T> wanted, T value) {
    return wanted == null || wanted.contains(value);
  }
}
