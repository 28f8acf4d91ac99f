package bellows.contracts.testing;

import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import bellows.contracts.dea.DeaAdvertise;
import bellows.contracts.dea.DeaHeartbeat;
import bellows.contracts.dea.DeaHello;
import bellows.contracts.dea.DropletExited;
import bellows.contracts.dea.FoundInstance;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.dea.UpdateInstances;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.DeaId;
import bellows.contracts.ids.InstanceId;
import bellows.contracts.routing.RoutedUris;
import bellows.contracts.staging.StagingReply;
import bellows.contracts.staging.StagingStart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A host that runs nothing, but says and does on the bus what a DEA says and does: advertises,
 * beats, takes starts and stops, answers find, stages by a script. Keeps state, counts no calls.
 *
 * <p>Thread-safe. Instances live as long as this object, also while it is closed: started again it
 * has a new id and has adopted them.
 */
public final class FakeDea implements Component {
  private static final int FIRST_PORT = 20_000;
  private static final int LAST_PORT = 20_999;

  private final MessageBus bus;
  private final Scheduler scheduler;
  private final String host;
  private final int memoryMb;
  private final List<Running> instances = new CopyOnWriteArrayList<>();
  private final List<StagingStart> staged = new CopyOnWriteArrayList<>();
  private final List<StartInstance> starts = new CopyOnWriteArrayList<>();
  private final Set<InstanceId> asleep = ConcurrentHashMap.newKeySet();
  private final Map<AppGuid, RoutedUris> uris = new HashMap<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private volatile InstanceState startsAs = InstanceState.RUNNING;
  private volatile Function<StagingStart, Optional<StagingReply>> stagingScript =
      start ->
          Optional.of(StagingReply.failed(start.task(), "StagingError", "this host cannot stage"));
  private volatile DeaId id = DeaId.random();

  /** An instance that a start message has made. */
  public record Running(StartInstance start, InstanceId id, InstanceState state, double since) {}

  public FakeDea(MessageBus bus, Scheduler scheduler, String host, int memoryMb) {
    this.bus = bus;
    this.scheduler = scheduler;
    this.host = host;
    this.memoryMb = memoryMb;
  }

  @Override
  public synchronized void start() {
    if (!open.isEmpty()) {
      return;
    }
    id = DeaId.random();
    open.add(bus.subscribe(Subjects.deaStart(id), m -> m.message().ifPresent(this::onStart)));
    open.add(bus.subscribe(Subjects.DEA_STOP, m -> m.message().ifPresent(this::onStop)));
    open.add(bus.subscribe(Subjects.DEA_SLEEP, m -> m.message().ifPresent(f -> doze(f, true))));
    open.add(bus.subscribe(Subjects.DEA_WAKE, m -> m.message().ifPresent(f -> doze(f, false))));
    open.add(bus.subscribe(Subjects.DEA_UPDATE, m -> m.message().ifPresent(this::onUpdate)));
    open.add(bus.subscribe(Subjects.DEA_FIND_DROPLET, this::onFind));
    open.add(bus.subscribe(Subjects.DEA_LOCATE, _ -> advertise()));
    open.add(bus.subscribe(Subjects.stagingStart(id), this::onStage));
    open.add(scheduler.every(Duration.ofSeconds(5), this::advertise));
    open.add(scheduler.every(Duration.ofSeconds(10), this::beat));
    bus.publish(Subjects.DEA_START, new DeaHello(id, "127.0.0.1", "0.0.1", null, host));
    beat();
    advertise();
  }

  /** Falls silent without a word, as a killed process does; its instances live on. */
  @Override
  public synchronized void close() {
    for (AutoCloseable each : open) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    open.clear();
  }

  /** How staging ends; an empty answer never comes. */
  public void stagingBy(Function<StagingStart, Optional<StagingReply>> script) {
    stagingScript = script;
  }

  /** The state that a start leads to; RUNNING unless told otherwise. */
  public void startsAs(InstanceState state) {
    startsAs = state;
  }

  public List<Running> instances() {
    return List.copyOf(instances);
  }

  /** Every staging request there was. */
  public List<StagingStart> staged() {
    return List.copyOf(staged);
  }

  /** Every start message there was, repeated ones too. */
  public List<StartInstance> starts() {
    return List.copyOf(starts);
  }

  /** The routes that the app was said to have last. */
  public RoutedUris uris(AppGuid app) {
    synchronized (uris) {
      return uris.getOrDefault(app, RoutedUris.NONE);
    }
  }

  /** All instances of that index fail, and stay so. */
  public void crash(int index, String why) {
    for (Running running : instances) {
      if (running.start().index() == index) {
        replace(running, InstanceState.CRASHED);
        bus.publish(
            Subjects.DROPLET_EXITED,
            new DropletExited(
                "default",
                running.start().droplet(),
                running.start().version(),
                running.id(),
                index,
                "CRASHED",
                1,
                why,
                scheduler.now().getEpochSecond()));
      }
    }
    beat();
  }

  /** All instances of that state go to another one. */
  public void move(InstanceState from, InstanceState to) {
    instances.stream().filter(each -> each.state() == from).forEach(each -> replace(each, to));
    beat();
  }

  private void replace(Running running, InstanceState state) {
    instances.remove(running);
    instances.add(new Running(running.start(), running.id(), state, now()));
  }

  private void onStart(StartInstance start) {
    starts.add(start);
    boolean known =
        instances.stream()
            .anyMatch(each ->
                each.start().version().equals(start.version())
                    && Objects.equals(each.start().placement(), start.placement()));
    if (!known) {
      instances.add(new Running(start, InstanceId.random(), startsAs, now()));
      synchronized (uris) {
        uris.put(start.droplet(), start.routed());
      }
      beat();
    }
  }

  private void onStop(InstanceFilter filter) {
    if (instances.removeIf(each -> matches(filter, each))) {
      beat();
      advertise();
    }
  }

  private void doze(InstanceFilter filter, boolean sleeps) {
    for (Running each : instances) {
      if (matches(filter, each)) {
        if (sleeps) {
          asleep.add(each.id());
        } else {
          asleep.remove(each.id());
        }
      }
    }
    beat();
  }

  private void onUpdate(UpdateInstances update) {
    synchronized (uris) {
      uris.put(update.droplet(), update.routed());
    }
  }

  private void onFind(MessageBus.Incoming<InstanceFilter> question) {
    InstanceFilter filter = question.message().orElseThrow();
    for (Running each : instances) {
      if (matches(filter, each)) {
        question.reply(found(each));
      }
    }
  }

  private void onStage(MessageBus.Incoming<StagingStart> question) {
    StagingStart start = question.message().orElseThrow();
    staged.add(start);
    question.reply(StagingReply.ready(start.task()));
    stagingScript.apply(start).ifPresent(question::reply);
  }

  private static boolean matches(InstanceFilter filter, Running running) {
    return filter.droplet().equals(running.start().droplet())
        && (filter.version() == null || filter.version().equals(running.start().version()))
        && (filter.indices() == null || filter.indices().contains(running.start().index()))
        && (filter.instances() == null || filter.instances().contains(running.id()));
  }

  private FoundInstance found(Running running) {
    StartInstance start = running.start();
    FoundInstance.@Nullable Stats stats =
        running.state() == InstanceState.RUNNING
            ? new FoundInstance.Stats(
                start.name(),
                start.uris(),
                "127.0.0.1",
                start.port() == null ? 0 : start.port(),
                1,
                start.limits().mem() * 1024L * 1024,
                start.limits().disk() * 1024L * 1024,
                start.limits().fds(),
                new FoundInstance.Usage("2030-01-01T00:00:00Z", 0.01, 10_000_000, 1_000_000),
                "10.254.0.2",
                8080)
            : null;
    return new FoundInstance(
        id,
        start.droplet(),
        start.version(),
        running.id(),
        start.index(),
        running.state(),
        running.since(),
        stats,
        start.placement(),
        running.state() == InstanceState.CRASHED ? "it ended with exit code 1" : null,
        new FoundInstance.Wakes(asleep.contains(running.id()), 0, null, null, null, null, null));
  }

  private void beat() {
    List<DeaHeartbeat.Instance> listed = new ArrayList<>();
    for (Running each : instances) {
      listed.add(
          new DeaHeartbeat.Instance(
              "default",
              each.start().droplet(),
              each.start().version(),
              each.id(),
              each.start().index(),
              each.state(),
              each.since(),
              each.start().placement(),
              asleep.contains(each.id())));
    }
    bus.publish(Subjects.DEA_HEARTBEAT, new DeaHeartbeat(id, listed, host));
  }

  private void advertise() {
    int used = instances.stream().mapToInt(each -> each.start().limits().mem()).sum();
    DeaAdvertise advertise =
        new DeaAdvertise(
            id,
            List.of("debian"),
            memoryMb - used,
            100_000,
            Map.of(),
            null,
            host,
            "127.0.0.1",
            FIRST_PORT,
            LAST_PORT);
    bus.publish(Subjects.DEA_ADVERTISE, advertise);
    bus.publish(Subjects.STAGING_ADVERTISE, advertise);
  }

  private double now() {
    return scheduler.now().toEpochMilli() / 1000.0;
  }
}
