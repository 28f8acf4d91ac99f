package bellows.cloudcontroller.placements;

import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import bellows.contracts.dea.DeaHeartbeat;
import bellows.contracts.dea.DeaHello;
import bellows.contracts.ids.DeaId;
import bellows.contracts.ids.PlacementId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The last heartbeat of each host. Thread-safe: heartbeats are immutable and replaced whole.
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

  private final MessageBus bus;
  private final Scheduler scheduler;
  private final Runnable changed;
  private final Map<String, Report> byHost = new ConcurrentHashMap<>();
  private final List<MessageBus.Subscription> subscriptions = new ArrayList<>();

  /**
   * @param changed called after a heartbeat that lists other instances than the one before it
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
              Subjects.DEA_HEARTBEAT, message -> message.message().ifPresent(this::onHeartbeat)));
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

  /** When the host was last heard, by {@link Scheduler#nanoTime}; empty when never. */
  Optional<Long> lastHeardNanos(String host) {
    return Optional.ofNullable(byHost.get(host)).map(Report::heardNanos);
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
  }

  private void onHeartbeat(DeaHeartbeat heartbeat) {
    String host = heartbeat.host();
    if (host == null) {
      return; // a historic DEA: it has no placements
    }
    Report before =
        byHost.put(
            host,
            new Report(heartbeat.dea(), List.copyOf(heartbeat.droplets()), scheduler.nanoTime()));
    if (before == null || !before.instances().equals(heartbeat.droplets())) {
      changed.run();
    }
  }

  /** What the DEA of the run before has reported is no news about this one. */
  private void onHello(DeaHello hello) {
    String host = hello.host();
    if (host != null) {
      byHost.computeIfPresent(host, (_, report) -> report.dea().equals(hello.id()) ? report : null);
    }
    changed.run();
  }
}
