package bellows.dea.instances;

import bellows.base.time.Scheduler;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.dea.UpdateInstances;
import bellows.dea.activator.Placements;
import bellows.dea.capacity.Capacity;
import bellows.dea.droplets.DropletCache;
import bellows.dea.logs.AppLog;
import bellows.dea.logs.LogTails;
import bellows.dea.sleep.Presence;
import bellows.warden.Container;
import bellows.warden.Warden;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instances of this host, as the control plane sees them: it starts, stops and reroutes them.
 *
 * <p>Thread-safe.
 */
public final class Instances {
  private static final Logger log = LoggerFactory.getLogger(Instances.class);

  /**
   * @param directory for the records
   * @param address of this host, which the routers reach
   * @param startScript on the host
   * @param firstPort for start messages without a port, as a historic controller sends them
   * @param startLimit for apps that name none
   * @param stopGrace between TERM and KILL
   * @param processes per instance, threads included
   * @param logBytesPerSecond per instance, at most
   * @param keepAwake after a start that somebody asked for: clients look a few times whether it
   *     came up
   * @param shortestSleep no app sleeps sooner
   */
  public record Config(
      Path directory,
      String address,
      Path startScript,
      int firstPort,
      int lastPort,
      Duration startLimit,
      Duration stopGrace,
      int processes,
      long logBytesPerSecond,
      Duration keepAwake,
      Duration shortestSleep) {}

  /**
   * What is shared with the other parts of this DEA.
   *
   * @param executor runs work that waits; a thread for each task
   * @param random from 0 to 1
   */
  public record Neighbours(
      Warden warden,
      DropletCache droplets,
      Capacity capacity,
      LogTails tails,
      AppLog appLog,
      InstanceEvents events,
      Scheduler scheduler,
      Executor executor,
      DoubleSupplier random) {}

  private final InstanceRegistry registry;
  private final Warden warden;
  private final InstanceEvents events;
  private final Scheduler scheduler;
  private final InstanceStore store;
  private final WakeCounts wakeCounts = new WakeCounts();
  private final Instance.Birth birth;
  private final Seats seats;
  private final InstanceLife life;

  public Instances(Config config, InstanceRegistry registry, Neighbours neighbours) {
    this.registry = registry;
    this.warden = neighbours.warden();
    this.events = neighbours.events();
    this.scheduler = neighbours.scheduler();
    this.store = new InstanceStore(config.directory());
    this.birth = new Instance.Birth(scheduler, config.shortestSleep(), wakeCounts);
    this.seats = new Seats(registry, birth, config.firstPort(), config.lastPort());
    ContainerRecipe recipe =
        new ContainerRecipe(
            new ContainerRecipe.Config(
                config.address(),
                config.startScript(),
                config.processes(),
                config.logBytesPerSecond()),
            warden,
            neighbours.droplets(),
            neighbours.tails(),
            store);
    this.life =
        new InstanceLife(
            new InstanceLife.Config(config.startLimit(), config.stopGrace(), config.keepAwake()),
            seats,
            registry,
            store,
            recipe,
            neighbours);
  }

  /** Of all wakes since this was made. */
  public WakeCounts wakeCounts() {
    return wakeCounts;
  }

  /** Where callers of sleeping instances are brought to them. */
  public Placements placements() {
    return life.sleep();
  }

  /**
   * Starts one, unless the placement has an instance of this version already: then only what the
   * message says about sleep is news. While this DEA goes away the message is dropped without a
   * word: others see no advertisement and place it elsewhere.
   */
  public void start(StartInstance message) {
    seats.renewed(message).ifPresent(this::ruleChanged);
    seats
        .admit(message)
        .ifPresent(admission -> {
          Instance instance = admission.instance();
          log.atInfo()
              .addKeyValue("app", instance.app())
              .addKeyValue("index", instance.index())
              .addKeyValue("instance", instance.id())
              .log("instance.start");
          life.begin(instance, admission.before());
        });
  }

  private void ruleChanged(Instance instance) {
    store.save(instance);
    life.sleep().ruleChanged(instance);
    events.serves(instance, List.of());
  }

  /** Puts those that the filter means to sleep, where they may sleep at all. */
  public void sleep(InstanceFilter filter) {
    registry.matching(filter).forEach(life.sleep()::sleepOnCommand);
  }

  /** Wakes those that the filter means. */
  public void wake(InstanceFilter filter) {
    registry.matching(filter).stream()
        .filter(Instance::asleep)
        .forEach(life.sleep()::wakeOnCommand);
  }

  /** Ends those that the filter means, restarts that are to come included. */
  public void stop(InstanceFilter filter) {
    seats.stop(filter).forEach(life::end);
  }

  /** The app's routes are others now. */
  public void update(UpdateInstances message) {
    for (Instance instance : registry.matching(InstanceFilter.all(message.droplet()))) {
      if (message.version() == null || message.version().equals(instance.version())) {
        boolean others =
            instance.routes(
                message.routed(),
                old -> {
                  Set<String> gone = new HashSet<>(old);
                  message.uris().forEach(gone::remove);
                  events.serves(instance, List.copyOf(gone));
                });
        if (others) {
          store.save(instance);
        }
      }
    }
  }

  /** Everything that runs goes on serving while others take over. */
  public void evacuate() {
    seats.close();
    for (Instance instance : registry.all()) {
      instance.become(InstanceState.EVACUATING, scheduler.now());
      events.changed(instance);
    }
  }

  /**
   * Ends everything.
   *
   * @return whether all was gone in time
   */
  public boolean stopAll(Duration wait) {
    seats.close();
    List<Instance> all = registry.all();
    all.forEach(life::stop);
    try {
      CompletableFuture.allOf(all.stream().map(Instance::gone).toArray(CompletableFuture<?>[]::new))
          .get(wait.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    }
  }

  /** From now on nothing happens any more; containers go on, and a later run adopts them. */
  public void close() {
    seats.close();
    life.close();
    registry.all().forEach(Instance::unwatch);
  }

  /** Takes over what an earlier run left: half starts are finished, half stops too. */
  public void adopt() {
    List<Instance> left =
        store.open().stream().map(record -> new Instance(record, Presence.BORN, birth)).toList();
    // Before anything is started anew: what is there now and belongs to no record is nobody's.
    Set<String> known = new HashSet<>();
    left.forEach(instance -> life.find(instance).ifPresent(found -> known.add(found.id())));
    destroyAllBut(warden.containers(), known);
    left.forEach(registry::add);
    life.sleep().closeUnused();
    left.forEach(life::adopt);
  }

  /** Tries again to destroy what could not be destroyed before. */
  public void sweep() {
    Set<String> known = new HashSet<>();
    // An instance is here before its container is made, and until after it is destroyed.
    List<Container> containers = warden.containers();
    registry.all().forEach(instance -> known.addAll(instance.containerIds()));
    destroyAllBut(containers, known);
  }

  private void destroyAllBut(List<Container> containers, Set<String> known) {
    for (Container container : containers) {
      if (container.id().startsWith(ContainerRecipe.CONTAINER_PREFIX)
          && !known.contains(container.id())) {
        log.atWarn().addKeyValue("container", container.id()).log("container.unknown");
        life.execute(() -> ContainerRecipe.destroyOrLeave(container));
      }
    }
  }
}
