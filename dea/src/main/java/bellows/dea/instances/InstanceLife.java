package bellows.dea.instances;

import bellows.base.time.Scheduler;
import bellows.contracts.dea.InstanceState;
import bellows.dea.activator.Caller;
import bellows.dea.activator.Refusal;
import bellows.dea.capacity.Capacity;
import bellows.dea.health.HealthPlan;
import bellows.dea.health.HealthWatch;
import bellows.dea.logs.AppLog;
import bellows.dea.sleep.SleepRule;
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
final class InstanceLife implements SleepCycle.Life, HandOver.Life {
  private static final Logger log = LoggerFactory.getLogger(InstanceLife.class);

  /** The words of the contract; clients show them. */
  private static final String NOT_IN_TIME =
      "failed to accept connections within health check timeout";

  private static final String UNHEALTHY = "failed its health check while running";

  /** A kill that shows no effect for so long has met a kernel that cannot end the process. */
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(30);

  private static final Duration KILL_AGAIN = Duration.ofSeconds(1);
  private static final Exit CANNOT_BE_ENDED = new Exit(-1, false);

  /** That it serves no more; then they give up the connections that they keep to it. */
  private static final Duration UNTIL_ROUTERS_HEAR = Duration.ofMillis(100);

  private static final Duration RETRY_SOON = Duration.ofSeconds(1);

  /** A signed address older than this may have expired. */
  private static final Duration FRESH_ADDRESS = Duration.ofMinutes(10);

  /**
   * @param startLimit for apps that name none
   * @param stopGrace for connections to end, and again between TERM and KILL
   * @param keepAwake after a start that somebody asked for
   */
  record Config(Duration startLimit, Duration stopGrace, Duration keepAwake) {}

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
  private final HandOver handOver;
  private final SleepCycle sleep;
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
    this.handOver = new HandOver(recipe, neighbours, this);
    this.sleep =
        new SleepCycle(config.keepAwake(), registry, store, recipe, handOver, neighbours, this);
  }

  /** Who sleeps, and who calls whom. */
  SleepCycle sleep() {
    return sleep;
  }

  /** From now on nothing happens any more. */
  void close() {
    closed = true;
    sleep.close();
  }

  /** What an earlier run left of its containers; an older one is nobody's. */
  Optional<Container> find(Instance instance) {
    return recipe.find(instance);
  }

  /** Goes on with what an earlier run left. */
  void adopt(Instance instance) {
    sleep.open(instance);
    Optional<Container> container = find(instance);
    switch (instance.state()) {
      case BORN, STARTING -> {
        if (container.isPresent() && startedOnce(container.get())) {
          takeOver(instance, container.get());
        } else {
          execute(() -> {
            container.ifPresent(ContainerRecipe::destroyOrLeave);
            bringUp(instance);
          });
        }
      }
      case RUNNING, EVACUATING -> {
        if (store.asleep(instance.id())) {
          // What is there was being started or ended; who was sent to it came through the
          // activator, and went with it.
          execute(() -> {
            container.ifPresent(ContainerRecipe::destroyOrLeave);
            layDown(instance);
          });
        } else if (container.isPresent() && startedOnce(container.get())) {
          takeOver(instance, container.get());
        } else {
          container.ifPresent(half -> execute(() -> ContainerRecipe.destroyOrLeave(half)));
          crashed(instance, -1, "the container is gone", "container disappeared", false);
        }
      }
      case STOPPING, STOPPED ->
          execute(() -> {
            if (container.isPresent()) {
              instance.attach(recipe.adopt(instance, container.get()));
              watchExit(instance, container.get());
              drain(instance, container.get());
            } else {
              gone(instance);
            }
          });
      case CRASHED -> {
        container.ifPresent(left -> execute(() -> ContainerRecipe.destroyOrLeave(left)));
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
    capacity.hold(instance.id().value(), instance.limits().mem(), instance.limits().disk());
    instance.attach(recipe.adopt(instance, container));
    HealthWatch watch = watch(instance, container);
    if (instance.state() == InstanceState.RUNNING || instance.state() == InstanceState.EVACUATING) {
      sleep.serves(instance, container, false);
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
    sleep.open(instance);
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
    // One that has crashed has to show that it starts, or each of its callers would try in vain.
    if (instance.rule().filter(SleepRule::startAsleep).isPresent() && instance.crashes() == 0) {
      bringUpAsleep(instance);
      return;
    }
    Optional<Capacity.Shortage> shortage = sleep.reserve(instance);
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
    launch(instance)
        .ifPresent(container -> {
          say(instance, "Starting health monitoring of container");
          watch(instance, container).start();
        });
  }

  /** Everything is made ready but its program. */
  private void bringUpAsleep(Instance instance) {
    if (!instance.launching(scheduler.now())) {
      gone(instance);
      return;
    }
    changed(instance);
    try {
      instance.prepared(recipe.prepare(instance));
    } catch (RuntimeException e) {
      failedStart(instance, e);
      return;
    }
    if (!instance.settled()) {
      gone(instance);
      return;
    }
    store.asleep(instance, true);
    instance.run(scheduler.now(), () -> events.serves(instance, List.of()));
    say(instance, "Ready to start: the first request wakes it");
    changed(instance);
    rest(instance);
  }

  /** Goes on with the sleep that an earlier run began. */
  private void layDown(Instance instance) {
    try {
      instance.prepared(recipe.prepare(instance));
    } catch (RuntimeException e) {
      // The next wake tries again, and its failure has callers to be told.
      log.atWarn().addKeyValue("instance", instance.id()).setCause(e).log("instance.not_prepared");
    }
    rest(instance);
  }

  private void rest(Instance instance) {
    if (instance.room().rest()) {
      wake(instance, instance.waitingCaller());
    } else {
      instance.rests();
      sleep.wakeIfItNeverSleeps(instance);
    }
  }

  @Override
  public void wake(Instance instance, Caller caller) {
    if (closed) {
      return;
    }
    Optional<Capacity.Shortage> shortage = sleep.reserve(instance);
    if (shortage.isPresent()) {
      sleep.noRoom(instance, shortage.get());
      return;
    }
    if (!instance.waking(caller, scheduler.now())) {
      // Stopped before its turn came, and ended by whoever did that.
      capacity.release(instance.id().value());
      return;
    }
    launch(instance).ifPresent(container -> watch(instance, container).wake());
  }

  /** Its container, when it runs and is still wanted; every other outcome is taken care of. */
  private Optional<Container> launch(Instance instance) {
    Instance.Resources resources;
    try {
      resources = recipe.run(instance, recipe.prepare(instance));
    } catch (RuntimeException e) {
      failedStart(instance, e);
      return Optional.empty();
    }
    Container container = resources.container();
    instance.executed(container.startPhases());
    instance.attach(resources);
    boolean wanted = instance.settled();
    watchExit(instance, container);
    if (!wanted) {
      var _ = terminate(instance, container);
      return Optional.empty();
    }
    return Optional.of(container);
  }

  private void failedStart(Instance instance, RuntimeException e) {
    if (e instanceof StartFailure failure) {
      failedStart(instance, failure);
    } else {
      log.atError().addKeyValue("instance", instance.id()).setCause(e).log("instance.start_failed");
      failedStart(instance, new StartFailure("the platform failed to start it", false, e));
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
    HealthPlan plan = health(instance);
    HealthWatch.Listener listener =
        new HealthWatch.Listener() {
          @Override
          public void healthy() {
            if (instance.asleep()) {
              awake(instance, container);
            } else {
              running(instance, container);
            }
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

  @Override
  public HealthPlan health(Instance instance) {
    return HealthPlan.of(instance.message(), Instance.CONTAINER_PORT, config.startLimit());
  }

  @Override
  public void takeCharge(Instance instance, Container container) {
    watch(instance, container).resume();
    watchExit(instance, container);
  }

  @Override
  public void renewed(Instance instance) {
    sleep.renewed(instance);
    events.serves(instance, List.of());
    changed(instance);
  }

  private void awake(Instance instance, Container container) {
    if (closed) {
      return;
    }
    Duration took = instance.woken(scheduler.now());
    if (!sleep.serves(instance, container, false)) {
      return;
    }
    events.serves(instance, List.of());
    WakeLog wake = instance.wakeLog();
    log.atInfo()
        .addKeyValue("app", instance.app())
        .addKeyValue("instance", instance.id())
        .addKeyValue("millis", took.toMillis())
        .addKeyValue("phases", wake.phasesMillis())
        .log("instance.wake");
    say(instance, "Woke up in " + took.toMillis() + " ms for " + wake.cause());
    changed(instance);
  }

  private void running(Instance instance, Container container) {
    if (closed
        || !sleep.serves(instance, container, true)
        || !instance.run(scheduler.now(), () -> events.serves(instance, List.of()))) {
      return;
    }
    log.atInfo()
        .addKeyValue("instance", instance.id())
        .addKeyValue("millis", Duration.between(instance.startedAt(), instance.since()).toMillis())
        .log("instance.running");
    say(instance, "Container became healthy");
    changed(instance);
  }

  private void watchExit(Instance instance, Container container) {
    var _ = container.exited().thenAccept(exit -> execute(() -> exited(instance, container, exit)));
  }

  private void exited(Instance instance, Container container, Exit exit) {
    if (closed) {
      return;
    }
    Optional<Instance.Resources> resources = instance.detach(container);
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
    Duration wait = Duration.between(now, next);
    sleep.over(instance, Refusal.WAKE_FAILED, wait.isPositive() ? wait : RETRY_SOON);
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

  /** Nobody is sent to it any more, and when nobody is left there it is told to end. */
  void end(Seats.Stopped stopped) {
    Instance instance = stopped.instance();
    events.servesNoMore(instance, instance.uris());
    sleep.over(instance, Refusal.GONE, RETRY_SOON);
    instance.unwatch();
    say(instance, "Stopping instance " + instance.id());
    changed(instance);
    if (stopped.mine()) {
      Optional<Container> container = instance.container();
      if (container.isPresent()) {
        drain(instance, container.get());
      } else {
        gone(instance);
      }
    }
  }

  private void drain(Instance instance, Container container) {
    Drain.begin(
        container,
        new Drain.Patience(UNTIL_ROUTERS_HEAR, SleepRule.QUIET, config.stopGrace()),
        scheduler,
        this::execute,
        () -> {
          var _ = terminate(instance, container);
        });
  }

  @Override
  public CompletableFuture<Exit> terminate(Instance instance, Container container) {
    CompletableFuture<Exit> over = new CompletableFuture<>();
    var _ = container.exited().thenAccept(over::complete);
    scheduler.after(config.stopGrace(), () -> kill(instance, container));
    scheduler.after(config.stopGrace().plus(KILL_PATIENCE), () -> over.complete(CANNOT_BE_ENDED));
    container.terminate();
    return over;
  }

  private void killBecause(Instance instance, Container container, String reason) {
    instance.killedBecause(reason);
    kill(instance, container);
  }

  @Override
  public void kill(Instance instance, Container container) {
    kill(instance, container, scheduler.nanoTime() + KILL_PATIENCE.toNanos());
  }

  private void kill(Instance instance, Container container, long giveUp) {
    if (closed || container.exited().isDone()) {
      return;
    }
    if (scheduler.nanoTime() - giveUp >= 0) {
      log.atError().addKeyValue("container", container.id()).log("container.not_killed");
      execute(() -> exited(instance, container, CANNOT_BE_ENDED));
      return;
    }
    // One for which there was no descriptor, for instance, has not reached the program.
    scheduler.after(KILL_AGAIN, () -> kill(instance, container, giveUp));
    container.kill();
  }

  @Override
  public void gone(Instance instance) {
    if (handOver.end(instance, () -> gone(instance))) {
      return;
    }
    if (!instance.become(InstanceState.STOPPED, scheduler.now())) {
      return;
    }
    registry.remove(instance);
    sleep.close(instance);
    instance.takePrepared().ifPresent(ContainerRecipe.Prepared::close);
    capacity.release(instance.id().value());
    store.remove(instance);
    instance.gone().complete(null);
    log.atInfo().addKeyValue("instance", instance.id()).log("instance.gone");
    events.changed(instance);
  }

  private void changed(Instance instance) {
    store.save(instance);
    events.changed(instance);
  }

  @Override
  public void say(Instance instance, String text) {
    appLog.cell(instance.app(), instance.index(), text);
  }

  @Override
  public void execute(Runnable task) {
    if (!closed) {
      executor.execute(task);
    }
  }
}
