package bellows.dea.heartbeats;

import bellows.base.json.Json;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import bellows.contracts.dea.DeaAdvertise;
import bellows.contracts.dea.DeaChanges;
import bellows.contracts.dea.DeaHeartbeat;
import bellows.contracts.dea.DeaHello;
import bellows.contracts.dea.DropletExited;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.ids.DeaId;
import bellows.contracts.ids.InstanceId;
import bellows.dea.capacity.Capacity;
import bellows.dea.instances.Instance;
import bellows.dea.instances.InstanceRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says what this DEA is and has: hello, heartbeats (empty ones too, or the health manager would
 * keep what it heard last), advertisements, exits.
 *
 * <p>Thread-safe.
 */
public final class Announcer implements AutoCloseable {
  private static final String VERSION = "0.0.1";
  private static final Set<InstanceState> IN_HEARTBEAT =
      EnumSet.of(
          InstanceState.STARTING,
          InstanceState.RUNNING,
          InstanceState.CRASHED,
          InstanceState.EVACUATING);

  /** Changes that come together go into one message. */
  private static final Duration GATHER = Duration.ofMillis(20);

  private static final Duration LOOK_ANYWAY = Duration.ofMinutes(1);

  /**
   * @param host its stable name
   * @param address of this host, which the routers reach
   */
  public record Config(
      DeaId dea,
      String host,
      String address,
      List<String> stacks,
      int firstPort,
      int lastPort,
      Duration heartbeatEvery,
      Duration advertiseEvery) {}

  private final Config config;
  private final InstanceRegistry registry;
  private final Capacity capacity;
  private final MessageBus bus;
  private final Scheduler scheduler;
  private Scheduler.@Nullable Timer heartbeats;
  private Scheduler.@Nullable Timer advertisements;
  private final Set<Instance> changed = new HashSet<>();
  private final Object telling = new Object();
  private long sequence;
  private long changesSeen;
  private long changesTold;
  private long toldNanos;

  /** The last heartbeat; said again as it is while nothing has changed. */
  private List<byte[]> told = List.of();

  private @Nullable DeaAdvertise advertised;
  private byte[] advertisedBody = {};
  private boolean gathering;
  private boolean evacuating;

  public Announcer(
      Config config,
      InstanceRegistry registry,
      Capacity capacity,
      MessageBus bus,
      Scheduler scheduler) {
    this.config = config;
    this.registry = registry;
    this.capacity = capacity;
    this.bus = bus;
    this.scheduler = scheduler;
  }

  /** Everything that was adopted is in the first heartbeat. */
  public void start() {
    synchronized (this) {
      heartbeats = scheduler.every(config.heartbeatEvery(), this::heartbeat);
      advertisements = scheduler.every(config.advertiseEvery(), this::advertise);
    }
    hello();
  }

  /** Says hello, sends a heartbeat and an advertisement. */
  public void hello() {
    bus.publish(
        Subjects.DEA_START,
        new DeaHello(config.dea(), config.address(), VERSION, null, config.host()));
    heartbeat();
    advertise();
  }

  /** No further advertisement; heartbeats go on. */
  public void evacuate() {
    synchronized (this) {
      evacuating = true;
      if (advertisements != null) {
        advertisements.close();
      }
    }
    shutdown();
  }

  @Override
  public void close() {
    boolean wasRunning;
    synchronized (this) {
      wasRunning = heartbeats != null;
      if (heartbeats != null) {
        heartbeats.close();
        heartbeats = null;
      }
      if (advertisements != null) {
        advertisements.close();
        advertisements = null;
      }
    }
    if (wasRunning) {
      shutdown();
    }
  }

  /** It is in another state, or gone: tells it soon, and what is left to give away. */
  public void changed(Instance instance) {
    gather(instance);
  }

  /** What is left to give away is more or less now: tells it soon. */
  public void roomChanged() {
    gather(null);
  }

  private void gather(@Nullable Instance instance) {
    synchronized (this) {
      if (heartbeats == null) {
        return;
      }
      if (instance != null) {
        changed.add(instance);
        changesSeen++;
      }
      if (gathering) {
        return;
      }
      gathering = true;
    }
    scheduler.after(GATHER, this::tellChanges);
  }

  private void tellChanges() {
    List<Instance> told;
    synchronized (this) {
      gathering = false;
      told = List.copyOf(changed);
      changed.clear();
    }
    if (!told.isEmpty()) {
      synchronized (telling) {
        List<DeaHeartbeat.Instance> listed = new ArrayList<>();
        List<InstanceId> gone = new ArrayList<>();
        for (Instance instance : told) {
          DeaHeartbeat.Instance now = instance.heartbeat();
          if (registry.has(instance) && IN_HEARTBEAT.contains(now.state())) {
            listed.add(now);
          } else {
            gone.add(instance.id());
          }
        }
        bus.publish(
            Subjects.DEA_CHANGES,
            new DeaChanges(config.dea(), config.host(), ++sequence, listed, gone));
      }
    }
    advertise();
  }

  /** An instance has crashed. */
  public void exited(Instance instance, int status, String description) {
    bus.publish(
        Subjects.DROPLET_EXITED,
        new DropletExited(
            instance.partition(),
            instance.app(),
            instance.version(),
            instance.id(),
            instance.index(),
            "CRASHED",
            status,
            description,
            scheduler.now().getEpochSecond()));
  }

  public void advertise() {
    synchronized (this) {
      if (evacuating || heartbeats == null) {
        return;
      }
    }
    DeaAdvertise now = advertisement(registry.countsByApp());
    byte[] body;
    synchronized (telling) {
      if (!now.equals(advertised)) {
        advertised = now;
        advertisedBody = Json.bytes(now);
      }
      body = advertisedBody;
    }
    bus.publish(Subjects.packed(Subjects.DEA_ADVERTISE), body);
    // Who places staging tasks does not ask which apps are here.
    bus.publish(Subjects.STAGING_ADVERTISE, advertisement(Map.of()));
  }

  private DeaAdvertise advertisement(Map<String, Integer> counts) {
    return new DeaAdvertise(
        config.dea(),
        config.stacks(),
        capacity.availableMemoryMb(),
        capacity.availableDiskMb(),
        counts,
        new DeaAdvertise.PlacementProperties("default"),
        config.host(),
        config.address(),
        config.firstPort(),
        config.lastPort());
  }

  private void heartbeat() {
    synchronized (telling) {
      if (told.isEmpty() || isOutdated()) {
        List<DeaHeartbeat.Instance> droplets =
            registry.all().stream()
                .map(Instance::heartbeat)
                .filter(i -> IN_HEARTBEAT.contains(i.state()))
                .toList();
        told =
            DeaHeartbeat.of(config.dea(), droplets, config.host(), ++sequence).stream()
                .map(Json::bytes)
                .toList();
        toldNanos = scheduler.nanoTime();
      }
      told.forEach(part -> bus.publish(Subjects.packed(Subjects.DEA_HEARTBEAT), part));
    }
  }

  /** Every change is told to us, but what all others rely on is looked at itself now and then. */
  private boolean isOutdated() {
    long seen;
    synchronized (this) {
      seen = changesSeen;
    }
    boolean changedSince = seen != changesTold;
    changesTold = seen;
    return changedSince || scheduler.nanoTime() - toldNanos >= LOOK_ANYWAY.toNanos();
  }

  private void shutdown() {
    bus.publish(
        Subjects.DEA_SHUTDOWN,
        new DeaHello(
            config.dea(), config.address(), VERSION, registry.countsByApp(), config.host()));
  }
}
