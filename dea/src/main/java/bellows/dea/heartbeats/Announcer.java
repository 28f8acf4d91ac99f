package bellows.dea.heartbeats;

import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import bellows.contracts.dea.DeaAdvertise;
import bellows.contracts.dea.DeaHeartbeat;
import bellows.contracts.dea.DeaHello;
import bellows.contracts.dea.DropletExited;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.ids.DeaId;
import bellows.dea.capacity.Capacity;
import bellows.dea.instances.Instance;
import bellows.dea.instances.InstanceRegistry;
import java.time.Duration;
import java.util.EnumSet;
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

  /** Changes that come together go into one heartbeat. */
  private static final Duration GATHER = Duration.ofMillis(20);

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
  private boolean pending;
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

  /** Something is different: tells it soon. */
  public void changed() {
    synchronized (this) {
      if (pending || heartbeats == null) {
        return;
      }
      pending = true;
    }
    scheduler.after(
        GATHER,
        () -> {
          synchronized (this) {
            pending = false;
          }
          heartbeat();
          advertise();
        });
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
    Map<String, Integer> counts = registry.countsByApp();
    DeaAdvertise advertisement =
        new DeaAdvertise(
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
    bus.publish(Subjects.DEA_ADVERTISE, advertisement);
    bus.publish(Subjects.STAGING_ADVERTISE, advertisement);
  }

  private void heartbeat() {
    List<DeaHeartbeat.Instance> droplets =
        registry.all().stream()
            .map(Instance::heartbeat)
            .filter(i -> IN_HEARTBEAT.contains(i.state()))
            .toList();
    bus.publish(Subjects.DEA_HEARTBEAT, new DeaHeartbeat(config.dea(), droplets, config.host()));
  }

  private void shutdown() {
    bus.publish(
        Subjects.DEA_SHUTDOWN,
        new DeaHello(
            config.dea(), config.address(), VERSION, registry.countsByApp(), config.host()));
  }
}
