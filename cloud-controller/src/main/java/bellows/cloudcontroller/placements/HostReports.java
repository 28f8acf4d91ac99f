package bellows.cloudcontroller.placements;

import bellows.base.json.Json;
import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import bellows.contracts.dea.DeaChanges;
import bellows.contracts.dea.DeaHeartbeat;
import bellows.contracts.dea.DeaHello;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.DeaId;
import bellows.contracts.ids.InstanceId;
import bellows.contracts.ids.PlacementId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The last heartbeat of each host, with what it has told of changes since. Thread-safe by one lock
 * for whoever brings news; reports are immutable and replaced whole.
 *
 * <p>Nothing is known after a start: a host appears here with its first heartbeat.
 */
final class HostReports implements Component {
  /** H: the period of heartbeats (reference/messages.md, section 1.6). */
  static final Duration HEARTBEAT = Duration.ofSeconds(10);

  /** A report older than this says nothing about now. */
  private static final Duration FRESH = HEARTBEAT.multipliedBy(2).plusSeconds(5);

  /**
   * @param heardNanos by {@link Scheduler#nanoTime}
   */
  record Report(DeaId dea, List<DeaHeartbeat.Instance> instances, long heardNanos) {}

  /** A heartbeat of which parts are missing yet. */
  private record Unfinished(
      DeaId dea,
      long sequence,
      Map<Integer, List<DeaHeartbeat.Instance>> parts,
      Set<Heard> heard) {}

  /** What of an instance decides whether it is to be started or stopped. */
  private record Key(
      InstanceId instance,
      AppVersion version,
      InstanceState state,
      @Nullable PlacementId placement) {
    private static Key of(DeaHeartbeat.Instance instance) {
      return new Key(
          instance.instance(), instance.version(), instance.state(), instance.placement());
    }
  }

  private final MessageBus bus;
  private final Scheduler scheduler;
  private final Runnable changed;
  private final Map<String, Report> byHost = new ConcurrentHashMap<>();

  /** When a host last said anything, be it that it begins anew and has nothing to report yet. */
  private final Map<String, Long> heardNanos = new ConcurrentHashMap<>();

  private final Object news = new Object();
  private final Map<String, Long> sequences = new HashMap<>();
  private final Map<String, Unfinished> unfinished = new HashMap<>();

  /** The messages of each host's report, while it says what the last of them said. */
  private final Map<String, Set<Heard>> heard = new HashMap<>();

  private final List<MessageBus.Subscription> subscriptions = new ArrayList<>();

  /**
   * @param changed called when a host has other instances than before, or in other states; that one
   *     falls asleep or wakes changes nothing about where it has to be
   */
  HostReports(MessageBus bus, Scheduler scheduler, Runnable changed) {
    this.bus = bus;
    this.scheduler = scheduler;
    this.changed = changed;
  }

  @Override
  public synchronized void start() {
    if (subscriptions.isEmpty()) {
      subscriptions.add(
          bus.subscribe(
              Subjects.packed(Subjects.DEA_HEARTBEAT),
              message -> message.message().ifPresent(this::onHeartbeat)));
      subscriptions.add(
          bus.subscribe(
              Subjects.DEA_CHANGES, message -> message.message().ifPresent(this::onChanges)));
      subscriptions.add(
          bus.subscribe(Subjects.DEA_START, message -> message.message().ifPresent(this::onHello)));
    }
  }

  /** Reports that are young enough to act on, by host. */
  Map<String, Report> fresh() {
    long now = scheduler.nanoTime();
    Map<String, Report> fresh = new HashMap<>();
    byHost.forEach((host, report) -> {
      if (now - report.heardNanos() <= FRESH.toNanos()) {
        fresh.put(host, report);
      }
    });
    return fresh;
  }

  /** The host that reports an instance of the placement. */
  static Optional<String> runs(Map<String, Report> reports, PlacementId placement) {
    return reports.entrySet().stream()
        .filter(host ->
            host.getValue().instances().stream()
                .anyMatch(instance -> placement.equals(instance.placement())))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** All that the hosts report. */
  static Set<InstanceId> instances(Map<String, Report> reports) {
    return reports.values().stream()
        .flatMap(report -> report.instances().stream())
        .map(DeaHeartbeat.Instance::instance)
        .collect(Collectors.toSet());
  }

  /** When the host was last heard, by {@link Scheduler#nanoTime}; empty when never. */
  Optional<Long> lastHeardNanos(String host) {
    return Optional.ofNullable(heardNanos.get(host));
  }

  /** The DEA that speaks for the host, by its last heartbeat. */
  Optional<DeaId> dea(String host) {
    return Optional.ofNullable(byHost.get(host)).map(Report::dea);
  }

  @Override
  public synchronized void close() {
    subscriptions.forEach(MessageBus.Subscription::close);
    subscriptions.clear();
    byHost.clear();
    heardNanos.clear();
    synchronized (news) {
      sequences.clear();
      heard.clear();
      unfinished.clear();
    }
  }

  private void onHeartbeat(byte[] body) {
    // Thousands of instances that sleep are the same each time, and are not read each time.
    Heard message = Heard.of(body);
    if (isKnown(message)) {
      return;
    }
    DeaHeartbeat heartbeat = Json.read(body, DeaHeartbeat.class);
    String host = heartbeat.host();
    if (host == null) {
      return; // a historic DEA: it has no placements
    }
    boolean differs;
    synchronized (news) {
      Set<Heard> told = new HashSet<>();
      List<DeaHeartbeat.Instance> instances = whole(host, heartbeat, message, told);
      long sequence = Objects.requireNonNullElse(heartbeat.sequence(), 0L);
      if (instances == null || isOlder(host, heartbeat.dea(), sequence)) {
        return;
      }
      differs = put(host, heartbeat.dea(), sequence, known(host, instances));
      heard.put(host, told);
    }
    if (differs) {
      changed.run();
    }
  }

  /** Whether the message was heard before and still says how its host is: then it is fresh. */
  private boolean isKnown(Heard message) {
    synchronized (news) {
      for (Map.Entry<String, Set<Heard>> host : heard.entrySet()) {
        if (host.getValue().contains(message)) {
          long now = scheduler.nanoTime();
          heardNanos.put(host.getKey(), now);
          byHost.computeIfPresent(
              host.getKey(), (_, report) -> new Report(report.dea(), report.instances(), now));
          return true;
        }
      }
      return false;
    }
  }

  /**
   * All instances of a heartbeat, once its last part is there; null before.
   *
   * @param told gets the messages that have told of them
   */
  private @Nullable List<DeaHeartbeat.Instance> whole(
      String host, DeaHeartbeat heartbeat, Heard message, Set<Heard> told) {
    Integer part = heartbeat.part();
    Integer parts = heartbeat.parts();
    Long sequence = heartbeat.sequence();
    if (part == null || parts == null || sequence == null) {
      told.add(message);
      return List.copyOf(heartbeat.droplets());
    }
    Unfinished before = unfinished.get(host);
    if (before == null || before.sequence() != sequence || !before.dea().equals(heartbeat.dea())) {
      before = new Unfinished(heartbeat.dea(), sequence, new TreeMap<>(), new HashSet<>());
      unfinished.put(host, before);
    }
    before.parts().put(part, heartbeat.droplets());
    before.heard().add(message);
    if (before.parts().size() < parts) {
      return null;
    }
    unfinished.remove(host);
    told.addAll(before.heard());
    return before.parts().values().stream().flatMap(List::stream).toList();
  }

  private void onChanges(DeaChanges changes) {
    String host = changes.host();
    boolean differs;
    synchronized (news) {
      Report before = byHost.get(host);
      if (before == null
          || !before.dea().equals(changes.dea())
          || isOlder(host, changes.dea(), changes.sequence())) {
        return; // the next heartbeat tells it
      }
      Set<InstanceId> told = new HashSet<>(changes.gone());
      changes.droplets().forEach(instance -> told.add(instance.instance()));
      List<DeaHeartbeat.Instance> instances = new ArrayList<>(before.instances());
      instances.removeIf(instance -> told.contains(instance.instance()));
      changes.droplets().forEach(instance -> instances.add(instance.kept()));
      differs = put(host, changes.dea(), changes.sequence(), List.copyOf(instances));
      heard.remove(host);
    }
    if (differs) {
      changed.run();
    }
  }

  /** The objects that are there have grown old already, and their likes need not. */
  private List<DeaHeartbeat.Instance> known(String host, List<DeaHeartbeat.Instance> instances) {
    Report before = byHost.get(host);
    return before != null && before.instances().equals(instances)
        ? before.instances()
        : instances.stream().map(DeaHeartbeat.Instance::kept).toList();
  }

  /** Messages on different subjects overtake each other. */
  private boolean isOlder(String host, DeaId dea, long sequence) {
    Report known = byHost.get(host);
    return known != null
        && known.dea().equals(dea)
        && sequence < sequences.getOrDefault(host, Long.MIN_VALUE);
  }

  /**
   * @return whether that makes a difference for what is to be started or stopped
   */
  private boolean put(
      String host, DeaId dea, long sequence, List<DeaHeartbeat.Instance> instances) {
    Report before = byHost.get(host);
    long now = scheduler.nanoTime();
    sequences.put(host, sequence);
    heardNanos.put(host, now);
    if (before == null || !before.dea().equals(dea)) {
      byHost.put(host, new Report(dea, instances, now));
      return true;
    }
    byHost.put(host, new Report(dea, instances, now));
    return !before.instances().equals(instances)
        && !keys(before.instances()).equals(keys(instances));
  }

  private static Set<Key> keys(List<DeaHeartbeat.Instance> instances) {
    Set<Key> keys = new HashSet<>();
    instances.forEach(instance -> keys.add(Key.of(instance)));
    return keys;
  }

  /**
   * What the DEA of the run before has reported is no news about this one; but the host is there,
   * and is not lost in the time until it reports and advertises.
   */
  private void onHello(DeaHello hello) {
    String host = hello.host();
    if (host != null) {
      synchronized (news) {
        heard.remove(host);
      }
      heardNanos.put(host, scheduler.nanoTime());
      byHost.computeIfPresent(host, (_, report) -> report.dea().equals(hello.id()) ? report : null);
    }
    changed.run();
  }
}
