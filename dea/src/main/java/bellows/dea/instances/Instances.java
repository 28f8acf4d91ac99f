package bellows.dea.instances;

import bellows.base.time.Scheduler;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.dea.UpdateInstances;
import bellows.contracts.ids.InstanceId;
import bellows.dea.capacity.Capacity;
import bellows.dea.droplets.AppUid;
import bellows.dea.droplets.DropletCache;
import bellows.dea.health.HealthPlan;
import bellows.dea.health.HealthWatch;
import bellows.dea.logs.AppLog;
import bellows.dea.logs.LogTails;
import bellows.warden.Container;
import bellows.warden.Exit;
import bellows.warden.Warden;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings instances up, watches them, restarts them when they crash, ends them when asked, and takes
 * over those that an earlier run of this process left.
 *
 * <p>Thread-safe. A lock covers the decisions about who is seated where, and nothing that waits;
 * the work itself runs on the executor's threads, one at a time for each instance.
 */
public final class Instances {
  private static final Logger log = LoggerFactory.getLogger(Instances.class);

  /** The words of the contract; clients show them. */
  private static final String NOT_IN_TIME =
      "failed to accept connections within health check timeout";

  private static final String UNHEALTHY = "failed its health check while running";

  /** A kill that shows no effect for so long has met a kernel that cannot end the process. */
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(30);

  /** A signed address older than this may have expired. */
  private static final Duration FRESH_ADDRESS = Duration.ofMinutes(10);

  /**
   * @param directory for the records
   * @param address of this host, which the routers reach
   * @param startScript on the host
   * @param firstPort for start messages without a port, as a historic controller sends them
   * @param startLimit for apps that name none
   * @param stopGrace between TERM and KILL
   * @param processes per instance, threads included
   * @param logBytesPerSecond per instance, at most
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
      long logBytesPerSecond) {}

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

  private final Config config;
  private final Warden warden;
  private final Capacity capacity;
  private final AppLog appLog;
  private final InstanceEvents events;
  private final Scheduler scheduler;
  private final Executor executor;
  private final DoubleSupplier random;
  private final InstanceRegistry registry;
  private final InstanceStore store;
  private final ContainerRecipe recipe;
  private final Object seats = new Object();
  private volatile boolean closed;
  private volatile boolean draining;

  public Instances(Config config, InstanceRegistry registry, Neighbours neighbours) {
    this.config = config;
    this.registry = registry;
    this.warden = neighbours.warden();
    this.capacity = neighbours.capacity();
    this.appLog = neighbours.appLog();
    this.events = neighbours.events();
    this.scheduler = neighbours.scheduler();
    this.executor = neighbours.executor();
    this.random = neighbours.random();
    this.store = new InstanceStore(config.directory());
    this.recipe =
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
  }

  /**
   * Starts one, unless the placement has an instance of this version already. While this DEA goes
   * away the message is dropped without a word: others see no advertisement and place it elsewhere.
   */
  public void start(StartInstance message) {
    Instance instance;
    List<Instance> before;
    synchronized (seats) {
      if (closed || draining) {
        return;
      }
      instance = born(message, message.uris(), 0, scheduler.now());
      Optional<Instance> seated = registry.seated(instance.seat());
      if (seated.isPresent() && seated.get().version().equals(message.version())) {
        return;
      }
      before = registry.allSeated(instance.seat());
      registry.add(instance);
    }
    log.atInfo()
        .addKeyValue("app", instance.app())
        .addKeyValue("index", instance.index())
        .addKeyValue("instance", instance.id())
        .log("instance.start");
    store.save(instance);
    before.forEach(this::stop);
    // The port belongs to the placement, so its last owner must be gone first.
    var _ =
        CompletableFuture.allOf(
                before.stream().map(Instance::gone).toArray(CompletableFuture<?>[]::new))
            .thenRun(() -> execute(() -> bringUp(instance)));
  }

  /** Ends those that the filter means, restarts that are to come included. */
  public void stop(InstanceFilter filter) {
    List<Stopped> stopped = new ArrayList<>();
    synchronized (seats) {
      for (Instance instance : registry.matching(filter)) {
        instance
            .stopping(scheduler.now())
            .ifPresent(mine -> stopped.add(new Stopped(instance, mine)));
      }
    }
    stopped.forEach(this::end);
  }

  private record Stopped(Instance instance, boolean mine) {}

  private void stop(Instance instance) {
    instance.stopping(scheduler.now()).ifPresent(mine -> end(new Stopped(instance, mine)));
  }

  /** The app's routes are others now. */
  public void update(UpdateInstances message) {
    for (Instance instance : registry.matching(InstanceFilter.all(message.droplet()))) {
      if (message.version() == null || message.version().equals(instance.version())) {
        instance.routes(
            message.uris(),
            old -> {
              Set<String> gone = new HashSet<>(old);
              message.uris().forEach(gone::remove);
              events.serves(instance, List.copyOf(gone));
            });
        store.save(instance);
      }
    }
  }

  /** Everything that runs goes on serving while others take over. */
  public void evacuate() {
    draining = true;
    for (Instance instance : registry.all()) {
      instance.become(InstanceState.EVACUATING, scheduler.now());
    }
    events.changed();
  }

  /**
   * Ends everything.
   *
   * @return whether all was gone in time
   */
  public boolean stopAll(Duration wait) {
    synchronized (seats) {
      draining = true;
    }
    List<Instance> all = registry.all();
    all.forEach(this::stop);
    try {
      CompletableFuture.allOf(all.stream().map(Instance::gone).toArray(CompletableFuture<?>[]::new))
          .get(wait.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (TimeoutException | java.util.concurrent.ExecutionException e) {
      return false;
    }
  }

  /** From now on nothing happens any more; containers go on, and a later run adopts them. */
  public void close() {
    closed = true;
    registry.all().forEach(Instance::unwatch);
  }

  /** Takes over what an earlier run left: half starts are finished, half stops too. */
  public void adopt() {
    List<Instance> left = store.open().stream().map(Instance::new).toList();
    // Before anything is started anew: what is there now and belongs to no record is nobody's.
    Set<String> known = new HashSet<>();
    left.forEach(instance -> known.add(ContainerRecipe.containerId(instance)));
    destroyAllBut(warden.containers(), known);
    left.forEach(registry::add);
    left.forEach(this::adopt);
  }

  /** Tries again to destroy what could not be destroyed before. */
  public void sweep() {
    Set<String> known = new HashSet<>();
    // An instance is here before its container is made, and until after it is destroyed.
    List<Container> containers = warden.containers();
    registry.all().forEach(instance -> known.add(ContainerRecipe.containerId(instance)));
    destroyAllBut(containers, known);
  }

  private void destroyAllBut(List<Container> containers, Set<String> known) {
    for (Container container : containers) {
      if (container.id().startsWith(ContainerRecipe.CONTAINER_PREFIX)
          && !known.contains(container.id())) {
        log.atWarn().addKeyValue("container", container.id()).log("container.unknown");
        execute(container::destroy);
      }
    }
  }

  private void adopt(Instance instance) {
    Optional<Container> container = recipe.find(instance);
    switch (instance.state()) {
      case BORN, STARTING -> {
        if (container.isPresent() && startedOnce(container.get())) {
          takeOver(instance, container.get());
        } else {
          execute(() -> {
            container.ifPresent(Container::destroy);
            bringUp(instance);
          });
        }
      }
      case RUNNING, EVACUATING -> {
        if (container.isPresent() && startedOnce(container.get())) {
          takeOver(instance, container.get());
        } else {
          container.ifPresent(half -> execute(half::destroy));
          crashed(instance, -1, "the container is gone", "container disappeared", false);
        }
      }
      case STOPPING, STOPPED ->
          execute(() -> {
            if (container.isPresent()) {
              instance.attach(recipe.adopt(instance, container.get()));
              container.get().kill();
              watchExit(instance, container.get());
            } else {
              gone(instance);
            }
          });
      case CRASHED -> {
        container.ifPresent(left -> execute(left::destroy));
        Duration delay =
            Duration.between(scheduler.now(), instance.restartAt().orElse(scheduler.now()));
        scheduler.after(delay.isNegative() ? Duration.ZERO : delay, () -> restart(instance));
      }
    }
  }

  private static boolean startedOnce(Container container) {
    return container.pid().isPresent() || container.exited().isDone();
  }

  private void takeOver(Instance instance, Container container) {
    capacity.hold(
        instance.id().value(),
        instance.message().limits().mem(),
        instance.message().limits().disk());
    instance.attach(recipe.adopt(instance, container));
    HealthWatch watch = watch(instance, container);
    if (instance.state() == InstanceState.RUNNING) {
      watch.resume();
    } else {
      instance.launching(scheduler.now());
      instance.settled();
      watch.start();
    }
    log.atInfo().addKeyValue("instance", instance.id()).log("instance.adopted");
    watchExit(instance, container);
  }

  private Instance born(StartInstance message, List<String> uris, int crashes, Instant receivedAt) {
    Instant now = scheduler.now();
    return new Instance(
        new InstanceRecord(
            InstanceId.random(),
            message,
            uris,
            message.port() == null ? freePort() : message.port(),
            AppUid.of(message.droplet()),
            crashes,
            receivedAt,
            InstanceState.BORN,
            now,
            now,
            null,
            null));
  }

  private int freePort() {
    Set<Integer> used = new HashSet<>();
    registry.all().forEach(i -> used.add(i.port()));
    for (int port = config.firstPort(); port < config.lastPort(); port++) {
      if (!used.contains(port)) {
        return port;
      }
    }
    // The container cannot be made then, and the crash says so.
    return config.lastPort();
  }

  private void bringUp(Instance instance) {
    if (closed) {
      return;
    }
    StartInstance.Limits limits = instance.message().limits();
    Optional<Capacity.Shortage> shortage =
        capacity.reserve(instance.id().value(), limits.mem(), limits.disk());
    if (shortage.isPresent()) {
      String words = shortage.get().description();
      crashed(instance, -1, words, words, false);
      return;
    }
    if (!instance.launching(scheduler.now())) {
      // Stopped before its turn came.
      capacity.release(instance.id().value());
      gone(instance);
      return;
    }
    changed(instance);
    say(instance, "Creating container for instance " + instance.id());
    Instance.Resources resources;
    try {
      resources = recipe.run(instance);
    } catch (StartFailure e) {
      failedStart(instance, e);
      return;
    } catch (RuntimeException e) {
      log.atError().addKeyValue("instance", instance.id()).setCause(e).log("instance.start_failed");
      failedStart(instance, new StartFailure("the platform failed to start it", false, e));
      return;
    }
    instance.attach(resources);
    boolean wanted = instance.settled();
    watchExit(instance, resources.container());
    if (wanted) {
      say(instance, "Starting health monitoring of container");
      watch(instance, resources.container()).start();
    } else {
      terminate(instance, resources.container());
    }
  }

  private void failedStart(Instance instance, StartFailure failure) {
    log.atWarn()
        .addKeyValue("instance", instance.id())
        .addKeyValue("reason", failure.getMessage())
        .log("instance.start_failed");
    boolean wanted = instance.settled();
    if (!wanted) {
      gone(instance);
      return;
    }
    String words = String.valueOf(failure.getMessage());
    say(instance, "Failed to start: " + words);
    boolean old =
        Duration.between(instance.receivedAt(), scheduler.now()).compareTo(FRESH_ADDRESS) > 0;
    crashed(instance, -1, words, words, failure.staleAddress() && old);
  }

  private HealthWatch watch(Instance instance, Container container) {
    HealthPlan plan =
        HealthPlan.of(instance.message(), Instance.CONTAINER_PORT, config.startLimit());
    HealthWatch.Listener listener =
        new HealthWatch.Listener() {
          @Override
          public void healthy() {
            running(instance);
          }

          @Override
          public void notHealthyInTime() {
            say(instance, plan.notInTime());
            killBecause(instance, container, NOT_IN_TIME);
          }

          @Override
          public void notHealthyAnyMore() {
            say(instance, "Container became unhealthy: " + plan.missed());
            killBecause(instance, container, UNHEALTHY);
          }
        };
    HealthWatch watch = new HealthWatch(container, plan, listener, scheduler);
    instance.watchedBy(watch);
    return watch;
  }

  private void running(Instance instance) {
    if (closed || !instance.become(InstanceState.RUNNING, scheduler.now())) {
      return;
    }
    events.serves(instance, List.of());
    log.atInfo()
        .addKeyValue("instance", instance.id())
        .addKeyValue("millis", Duration.between(instance.startedAt(), instance.since()).toMillis())
        .log("instance.running");
    say(instance, "Container became healthy");
    changed(instance);
  }

  private void watchExit(Instance instance, Container container) {
    var _ = container.exited().thenAccept(exit -> execute(() -> exited(instance, exit)));
  }

  private void exited(Instance instance, Exit exit) {
    if (closed) {
      return;
    }
    Optional<Instance.Resources> resources = instance.detach();
    if (resources.isEmpty()) {
      return;
    }
    instance.unwatch();
    String words = "Exit status " + exit.status() + (exit.outOfMemory() ? " (out of memory)" : "");
    String description =
        instance
            .killedBecause()
            .orElse(exit.outOfMemory() ? "out of memory" : "app instance exited");
    String details = instance.killedBecause().orElse(words);
    // First nobody is sent here any more, then the last lines go out, then the news of the end.
    boolean crashed = crash(instance, details);
    release(instance, resources.get());
    if (crashed) {
      say(instance, "Instance " + instance.id() + " ended: " + words);
      report(instance, exit.status(), description);
    }
    if (!instance.settled()) {
      gone(instance);
    } else if (crashed) {
      scheduleRestart(instance);
    }
  }

  private void release(Instance instance, Instance.Resources resources) {
    try {
      recipe.release(resources);
    } catch (RuntimeException e) {
      // The warden keeps its record and tries again; the instance is over all the same.
      log.atWarn().addKeyValue("instance", instance.id()).setCause(e).log("container.left");
    }
    capacity.release(instance.id().value());
  }

  /** A crash without a container. */
  private void crashed(
      Instance instance, int status, String description, String details, boolean forget) {
    if (!crash(instance, details)) {
      gone(instance);
      return;
    }
    capacity.release(instance.id().value());
    report(instance, status, description);
    if (forget) {
      // The controller misses it in the next heartbeat and sends a message with a fresh address.
      stop(instance);
    } else {
      scheduleRestart(instance);
    }
  }

  private boolean crash(Instance instance, String details) {
    Instant now = scheduler.now();
    int crashes = CrashBackoff.count(instance.crashes(), instance.healthyFor(now));
    Instant next = now.plus(CrashBackoff.delay(crashes, random.getAsDouble()));
    if (!instance.crash(details, now, next, crashes)) {
      return false;
    }
    events.servesNoMore(instance, instance.uris());
    return true;
  }

  private void report(Instance instance, int status, String description) {
    log.atInfo()
        .addKeyValue("app", instance.app())
        .addKeyValue("instance", instance.id())
        .addKeyValue("status", status)
        .addKeyValue("reason", description)
        .log("instance.crashed");
    events.crashed(instance, status, description);
    changed(instance);
  }

  private void scheduleRestart(Instance instance) {
    Instant at = instance.restartAt().orElse(scheduler.now());
    Duration delay = Duration.between(scheduler.now(), at);
    if (delay.isPositive()) {
      say(instance, "Restarting in " + delay.toSeconds() + " s");
      scheduler.after(delay, () -> restart(instance));
    } else {
      execute(() -> restart(instance));
    }
  }

  /** In the same seat, as a new instance; nothing happens when it was stopped meanwhile. */
  private void restart(Instance crashed) {
    Instance fresh;
    synchronized (seats) {
      if (closed || draining || crashed.stopping(scheduler.now()).isEmpty()) {
        return;
      }
      fresh = born(crashed.message(), crashed.uris(), crashed.crashes(), crashed.receivedAt());
      registry.add(fresh);
    }
    store.save(fresh);
    gone(crashed);
    bringUp(fresh);
  }

  private void end(Stopped stopped) {
    Instance instance = stopped.instance();
    events.servesNoMore(instance, instance.uris());
    instance.unwatch();
    say(instance, "Stopping instance " + instance.id());
    changed(instance);
    if (stopped.mine()) {
      Optional<Container> container = instance.container();
      if (container.isPresent()) {
        terminate(instance, container.get());
      } else {
        gone(instance);
      }
    }
  }

  private void terminate(Instance instance, Container container) {
    container.terminate();
    scheduler.after(
        config.stopGrace(),
        () -> {
          if (!container.exited().isDone()) {
            kill(instance, container);
          }
        });
  }

  private void killBecause(Instance instance, Container container, String reason) {
    instance.killedBecause(reason);
    kill(instance, container);
  }

  private void kill(Instance instance, Container container) {
    if (closed) {
      return;
    }
    container.kill();
    scheduler.after(
        KILL_PATIENCE,
        () -> {
          if (!container.exited().isDone()) {
            execute(() -> exited(instance, new Exit(-1, false)));
          }
        });
  }

  private void gone(Instance instance) {
    if (!instance.become(InstanceState.STOPPED, scheduler.now())) {
      return;
    }
    registry.remove(instance);
    capacity.release(instance.id().value());
    store.remove(instance);
    instance.gone().complete(null);
    log.atInfo().addKeyValue("instance", instance.id()).log("instance.gone");
    events.changed();
  }

  private void changed(Instance instance) {
    store.save(instance);
    events.changed();
  }

  private void say(Instance instance, String text) {
    appLog.cell(instance.app(), instance.index(), text);
  }

  private void execute(Runnable task) {
    if (!closed) {
      executor.execute(task);
    }
  }
}
