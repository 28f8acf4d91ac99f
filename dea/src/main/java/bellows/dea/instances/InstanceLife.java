package bellows.dea.instances;

import bellows.base.time.Scheduler;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.dea.StartInstance;
import bellows.dea.capacity.Capacity;
import bellows.dea.health.HealthPlan;
import bellows.dea.health.HealthWatch;
import bellows.dea.logs.AppLog;
import bellows.warden.Container;
import bellows.warden.Exit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to one instance: brought up, watched, crashed, restarted, ended, taken over.
 *
 * <p>Thread-safe; the work runs on the executor's threads, one at a time for each instance.
 */
final class InstanceLife {
  private static final Logger log = LoggerFactory.getLogger(InstanceLife.class);

  /** The words of the contract; clients show them. */
  private static final String NOT_IN_TIME =
      "failed to accept connections within health check timeout";

  private static final String UNHEALTHY = "failed its health check while running";

  /** A kill that shows no effect for so long has met a kernel that cannot end the process. */
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(30);

  /** A signed address older than this may have expired. */
  private static final Duration FRESH_ADDRESS = Duration.ofMinutes(10);

  /**
   * @param startLimit for apps that name none
   * @param stopGrace between TERM and KILL
   */
  record Config(Duration startLimit, Duration stopGrace) {}

  private final Config config;
  private final Seats seats;
  private final InstanceRegistry registry;
  private final InstanceStore store;
  private final ContainerRecipe recipe;
  private final Capacity capacity;
  private final AppLog appLog;
  private final InstanceEvents events;
  private final Scheduler scheduler;
  private final Executor executor;
  private final DoubleSupplier random;
  private volatile boolean closed;

  InstanceLife(
      Config config,
      Seats seats,
      InstanceRegistry registry,
      InstanceStore store,
      ContainerRecipe recipe,
      Instances.Neighbours neighbours) {
    this.config = config;
    this.seats = seats;
    this.registry = registry;
    this.store = store;
    this.recipe = recipe;
    this.capacity = neighbours.capacity();
    this.appLog = neighbours.appLog();
    this.events = neighbours.events();
    this.scheduler = neighbours.scheduler();
    this.executor = neighbours.executor();
    this.random = neighbours.random();
  }

  /** From now on nothing happens any more. */
  void close() {
    closed = true;
  }

  /** Goes on with what an earlier run left. */
  void adopt(Instance instance) {
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

  /** Begins once those before it are gone: the port belongs to the placement. */
  void begin(Instance instance, List<Instance> before) {
    store.save(instance);
    before.forEach(this::stop);
    var _ =
        CompletableFuture.allOf(
                before.stream().map(Instance::gone).toArray(CompletableFuture<?>[]::new))
            .thenRun(() -> execute(() -> bringUp(instance)));
  }

  /** Ends it, unless that was asked for before. */
  void stop(Instance instance) {
    instance.stopping(scheduler.now()).ifPresent(mine -> end(new Seats.Stopped(instance, mine)));
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
    seats
        .successor(crashed)
        .ifPresent(fresh -> {
          store.save(fresh);
          gone(crashed);
          bringUp(fresh);
        });
  }

  /** Nobody is sent to it any more, then it is told to end. */
  void end(Seats.Stopped stopped) {
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

  void execute(Runnable task) {
    if (!closed) {
      executor.execute(task);
    }
  }
}
