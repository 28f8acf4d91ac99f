package bellows.dea.instances;

import bellows.base.time.Scheduler;
import bellows.contracts.dea.StartInstance;
import bellows.dea.activator.Caller;
import bellows.dea.activator.Placements;
import bellows.dea.activator.Refusal;
import bellows.dea.activator.Visit;
import bellows.dea.activator.WakeException;
import bellows.dea.capacity.Capacity;
import bellows.dea.sleep.IdleWatch;
import bellows.dea.sleep.SleepRule;
import bellows.warden.Container;
import bellows.warden.Exit;
import bellows.warden.Warden;
import bellows.warden.WardenException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Ends the programs of instances that nobody calls, and brings callers to them: who is behind a
 * port, who has been idle, who makes way when memory is short.
 *
 * <p>Thread-safe. What may happen in which order is {@link bellows.dea.sleep.Presence}'s.
 */
final class SleepCycle implements Placements, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SleepCycle.class);
  private static final Duration SOON = Duration.ofSeconds(1);

  /** Between TERM and KILL when somebody waits for the app that is falling asleep. */
  private static final Duration SHORT_GRACE = Duration.ofSeconds(1);

  /** One that takes longer does not hold up the rest. */
  private static final Duration FIRST_ANSWER = Duration.ofMillis(50);

  /** From the program's first byte until a router has sent it on. */
  private static final Duration UNTIL_PASSED_ON = Duration.ofMillis(2);

  /** Memory comes back when another app falls asleep or ends. */
  private static final Duration NO_ROOM = Duration.ofSeconds(5);

  /** An app that was told to sleep and is in use all the time stays awake. */
  private static final Duration LONGEST_WAIT_FOR_QUIET = Duration.ofSeconds(10);

  /** Longer than a container takes to end, with the grace that it is given and a kill. */
  private static final Duration LONGEST_WAIT_FOR_ROOM = Duration.ofSeconds(45);

  /** What it needs of an instance's life. */
  interface Life {
    /** Starts the program of an instance that has none. */
    void wake(Instance instance, Caller caller);

    /**
     * Tells the program to end, and ends it when it does not.
     *
     * @return completes when it is over, or cannot be ended either
     */
    CompletableFuture<Exit> terminate(Instance instance, Container container);

    /** Ends the program. */
    void kill(Instance instance, Container container);

    /** Nothing of it is left. */
    void gone(Instance instance);

    void say(Instance instance, String text);

    void execute(Runnable task);
  }

  private final Duration keepAwake;
  private final InstanceRegistry registry;
  private final InstanceStore store;
  private final ContainerRecipe recipe;
  private final HandOver handOver;
  private final Warden warden;
  private final Capacity capacity;
  private final InstanceEvents events;
  private final Scheduler scheduler;
  private final Life life;
  private final IdleWatch idle;
  private final ReentrantLock makingRoom = new ReentrantLock();
  private volatile boolean closed;

  /**
   * @param keepAwake after a start that somebody asked for
   */
  SleepCycle(
      Duration keepAwake,
      InstanceRegistry registry,
      InstanceStore store,
      ContainerRecipe recipe,
      HandOver handOver,
      Instances.Neighbours neighbours,
      Life life) {
    this.keepAwake = keepAwake;
    this.registry = registry;
    this.store = store;
    this.recipe = recipe;
    this.handOver = handOver;
    this.warden = neighbours.warden();
    this.capacity = neighbours.capacity();
    this.events = neighbours.events();
    this.scheduler = neighbours.scheduler();
    this.life = life;
    this.idle = new IdleWatch(new KernelPorts(warden), scheduler);
  }

  private record KernelPorts(Warden warden) implements IdleWatch.Ports {
    @Override
    public Map<Integer, Long> counts() {
      return warden.traffic().entrySet().stream()
          .collect(Collectors.toMap(Map.Entry::getKey, port -> port.getValue().packets()));
    }

    @Override
    public Set<Integer> unanswered() {
      return warden.unanswered();
    }
  }

  private record Sleeper(Instance instance, SleepRule rule, SleepCycle cycle)
      implements IdleWatch.Sleeper {
    @Override
    public int port() {
      return instance.port();
    }

    @Override
    public void idle(long counted, SleepRule.Verdict verdict) {
      cycle.life.execute(() -> cycle.act(this, counted, verdict));
    }

    /** One instance is watched once, whatever its rule. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Sleeper sleeper && sleeper.instance == instance;
    }

    @Override
    public int hashCode() {
      return instance.id().hashCode();
    }
  }

  // ---- callers

  @Override
  public Wake wake(int port) {
    Optional<Instance> instance = registry.at(port);
    if (instance.isEmpty()) {
      return Wake.NEVER;
    }
    boolean atOnce =
        instance.get().room().awake()
            || instance.get().rule().filter(SleepRule::wakeOnConnect).isPresent();
    return atOnce ? Wake.ON_CONNECT : Wake.ON_FIRST_BYTE;
  }

  @Override
  public boolean asleep(int port) {
    return registry
        .at(port)
        .filter(Instance::asleep)
        .filter(instance -> instance.room().empty())
        .isPresent();
  }

  @Override
  public CompletionStage<Visit> visit(int port, Caller caller) {
    return registry
        .at(port)
        .map(instance -> visit(instance, caller))
        .orElseGet(() -> CompletableFuture.failedFuture(new WakeException(Refusal.GONE, SOON)));
  }

  private CompletableFuture<Visit> visit(Instance instance, Caller caller) {
    return switch (instance.state()) {
      // During its back-off nobody starts it, and nobody waits.
      case CRASHED ->
          CompletableFuture.failedFuture(
              new WakeException(Refusal.WAKE_FAILED, untilRestart(instance)));
      case STOPPING, STOPPED ->
          CompletableFuture.failedFuture(new WakeException(Refusal.GONE, SOON));
      case BORN, STARTING, RUNNING, EVACUATING -> {
        instance.awaitedBy(caller);
        WaitingRoom.Admission admission = instance.room().enter();
        if (admission.start()) {
          life.execute(() -> life.wake(instance, caller));
        } else if (instance.ending() != null) {
          life.execute(() -> hasten(instance));
        }
        yield admission.visit();
      }
    };
  }

  private Duration untilRestart(Instance instance) {
    return instance
        .restartAt()
        .map(at -> Duration.between(scheduler.now(), at))
        .filter(Duration::isPositive)
        .orElse(SOON);
  }

  /** Wakes it because somebody has said so, and keeps it awake for a look. */
  void wakeOnCommand(Instance instance) {
    var _ =
        visit(instance, Caller.command())
            .thenAccept(visit -> {
              sleeper(instance).ifPresent(sleeper -> idle.keep(sleeper, keepAwake));
              visit.arrived();
            });
  }

  // ---- ports

  /** Callers of this instance's port wait for it from now on, where it may sleep. */
  void open(Instance instance) {
    if (instance.rule().isPresent()) {
      warden.openPort(instance.port());
    }
  }

  /** The port is nobody's any more, unless a successor has it. */
  void close(Instance instance) {
    forget(instance);
    if (registry.at(instance.port()).isEmpty()) {
      warden.closePort(instance.port());
    }
  }

  /** Closes what an earlier run has left open for nobody. */
  void closeUnused() {
    Set<Integer> unused = new HashSet<>(warden.openPorts());
    registry.all().forEach(instance -> unused.remove(instance.port()));
    unused.forEach(warden::closePort);
  }

  // ---- awake

  /**
   * It listens: callers go to it, first those who wait here, then through the kernel.
   *
   * @param polled whether somebody watches whether it comes up
   * @return false when it has ended meanwhile, or this DEA has: who sees that clears it
   */
  boolean serves(Instance instance, Container container, boolean polled) {
    if (instance.room().woke(address(container.ip()))) {
      letAnswer(instance);
    }
    if (closed || !instance.container().equals(Optional.of(container))) {
      instance.room().arrived();
      return false;
    }
    store.asleep(instance, false);
    try {
      // Whatever its rule is now: it may have been another one when the container was made.
      container.connect();
    } catch (WardenException e) {
      notSwitched(instance, container, e);
    } finally {
      instance.room().arrived();
    }
    watch(instance, polled);
    return true;
  }

  /**
   * Who has waited goes first: what there is to write and to tell would keep a processor from them
   * for two milliseconds, just while the program answers.
   */
  private static void letAnswer(Instance instance) {
    instance.awaitAnswer(FIRST_ANSWER);
    LockSupport.parkNanos(UNTIL_PASSED_ON.toNanos());
  }

  /** One that has ended meanwhile is told of by its exit; to one that runs the activator leads. */
  private static void notSwitched(Instance instance, Container container, WardenException e) {
    log.atLevel(container.exited().isDone() ? Level.DEBUG : Level.WARN)
        .addKeyValue("instance", instance.id())
        .setCause(e)
        .log("instance.not_switched");
  }

  /** It has neither program nor callers any more. */
  void over(Instance instance, Refusal refusal, Duration retryAfter) {
    forget(instance);
    instance.room().over(new WakeException(refusal, retryAfter));
  }

  /** Its rule may be another one now. */
  void ruleChanged(Instance instance) {
    open(instance);
    wakeIfItNeverSleeps(instance);
    if (instance.rule().isEmpty()) {
      forget(instance);
    } else if (instance.room().awake()) {
      watch(instance, false);
    }
  }

  /** It may have been told so while it was on its way to sleep. */
  void wakeIfItNeverSleeps(Instance instance) {
    if (instance.asleep() && instance.rule().isEmpty()) {
      wakeOnCommand(instance);
    }
  }

  private void watch(Instance instance, boolean polled) {
    sleeper(instance)
        .ifPresent(sleeper -> {
          if (polled) {
            idle.keep(sleeper, keepAwake);
          } else {
            idle.add(sleeper);
          }
        });
  }

  private void forget(Instance instance) {
    idle.remove(new Sleeper(instance, NO_RULE, this));
  }

  private static final SleepRule NO_RULE = new SleepRule(Duration.ZERO, null, false, false);

  private Optional<Sleeper> sleeper(Instance instance) {
    return instance.rule().map(rule -> new Sleeper(instance, rule, this));
  }

  // ---- asleep

  /** Puts it to sleep as soon as nothing moves, whatever its idle time. */
  void sleepOnCommand(Instance instance) {
    if (instance.rule().isPresent()) {
      waitForQuiet(instance, unlessAwaited(instance), scheduler.now().plus(LONGEST_WAIT_FOR_QUIET));
    }
  }

  private void waitForQuiet(Instance instance, OptionalLong before, Instant giveUp) {
    scheduler.after(
        SleepRule.QUIET,
        () -> {
          OptionalLong counted = unlessAwaited(instance);
          if (counted.isPresent() && counted.equals(before)) {
            life.execute(() -> tryToSleep(instance, counted.getAsLong(), "on request"));
          } else if (scheduler.now().isBefore(giveUp)) {
            waitForQuiet(instance, counted, giveUp);
          } else {
            life.say(instance, "Not put to sleep: it is in use all the time");
          }
        });
  }

  /** What has been counted for it; empty while somebody waits for an answer, or may do so. */
  private OptionalLong unlessAwaited(Instance instance) {
    try {
      return idle.unanswered(instance.port())
          ? OptionalLong.empty()
          : OptionalLong.of(idle.counted(instance.port()));
    } catch (RuntimeException e) {
      log.atWarn().addKeyValue("instance", instance.id()).setCause(e).log("instance.not_counted");
      return OptionalLong.empty();
    }
  }

  private void act(Sleeper sleeper, long counted, SleepRule.Verdict verdict) {
    Instance instance = sleeper.instance();
    switch (verdict) {
      case STAY -> {}
      case SLEEP ->
          tryToSleep(
              instance, counted, "after " + words(sleeper.rule().after()) + " without traffic");
      case RENEW -> handOver.begin(instance);
      case RENEW_OR_SLEEP -> {
        if (!handOver.begin(instance)) {
          tryToSleep(instance, counted, "after its longest lifetime");
        }
      }
    }
  }

  /** Its age counts anew. */
  void renewed(Instance instance) {
    if (instance.room().awake()) {
      forget(instance);
      watch(instance, false);
    }
  }

  private void tryToSleep(Instance instance, long counted, String why) {
    var _ = fallAsleep(instance, counted, why);
  }

  /**
   * Ends the program if nobody has called it since {@code counted} was read.
   *
   * @return whether it sleeps, or somebody has already come for whom it is started again
   */
  private CompletableFuture<Boolean> fallAsleep(Instance instance, long counted, String why) {
    if (handOver.bringsUp(instance) || !instance.room().leave()) {
      return CompletableFuture.completedFuture(false);
    }
    // Only now: while it leaves nobody gives it another one.
    Optional<Container> container = instance.container();
    if (container.isEmpty()) {
      instance.room().stay();
      return CompletableFuture.completedFuture(false);
    }
    // First the way is closed, then the counter is read once more: whoever came through the kernel
    // before shows in it, and whoever comes later is met by the activator.
    if (!closeWay(instance, container.get(), counted) || !instance.room().stop()) {
      openWay(instance, container.get());
      return CompletableFuture.completedFuture(false);
    }
    Optional<Instance.Resources> taken = instance.detach(container.get());
    if (taken.isEmpty()) {
      // It has just ended by itself; whoever saw that goes on.
      return CompletableFuture.completedFuture(false);
    }
    instance.unwatch();
    store.asleep(instance, true);
    forget(instance);
    // Routers hear it before the end, and give up the connections that they keep for later.
    events.serves(instance, List.of());
    events.changed(instance);
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    instance.ending(new Instance.Ending(container.get(), scheduler.nanoTime()));
    var _ =
        life.terminate(instance, container.get())
            .thenRun(() -> life.execute(() -> done.complete(asleep(instance, taken.get(), why))));
    scheduler.after(SHORT_GRACE, () -> hasten(instance));
    return done;
  }

  /**
   * A program that is put to sleep has nothing to answer any more, so it does not take its time to
   * end from those who wait for the next one.
   */
  private void hasten(Instance instance) {
    Instance.Ending ending = instance.ending();
    if (ending != null
        && scheduler.nanoTime() - ending.sinceNanos() >= SHORT_GRACE.toNanos()
        && instance.room().hastens()
        && ending.isFirstKill()) {
      life.kill(instance, ending.container());
    }
  }

  private boolean closeWay(Instance instance, Container container, long counted) {
    try {
      container.disconnect();
      return idle.counted(instance.port()) == counted;
    } catch (WardenException e) {
      notSwitched(instance, container, e);
      return false;
    } catch (RuntimeException e) {
      log.atWarn().addKeyValue("instance", instance.id()).setCause(e).log("instance.not_counted");
      return false;
    }
  }

  private void openWay(Instance instance, Container container) {
    try {
      container.connect();
    } catch (WardenException e) {
      notSwitched(instance, container, e);
    } finally {
      instance.room().stay();
    }
  }

  private boolean asleep(Instance instance, Instance.Resources resources, String why) {
    instance.ending(null);
    recipe.deliverLastLines(resources);
    instance.prepared(resources.prepared());
    capacity.release(instance.id().value());
    if (!instance.settled()) {
      clear(instance, resources.container());
      life.gone(instance);
      return false;
    }
    instance.slept(scheduler.now());
    if (instance.room().gone()) {
      // Its program is over, so the next one need not wait until the rest is cleared away.
      life.execute(() -> life.wake(instance, instance.waitingCaller()));
    }
    clear(instance, resources.container());
    log.atInfo()
        .addKeyValue("app", instance.app())
        .addKeyValue("instance", instance.id())
        .addKeyValue("reason", why)
        .log("instance.sleep");
    life.say(instance, "Fell asleep " + why + "; the next request wakes it");
    store.save(instance);
    if (instance.asleep()) {
      instance.rests();
    }
    events.changed(instance);
    wakeIfItNeverSleeps(instance);
    return true;
  }

  private static void clear(Instance instance, Container container) {
    ContainerRecipe.destroyOrLeave(container);
    instance.hasNot(container.id());
  }

  // ---- room

  /**
   * Reserves what the instance needs; when memory is short, the longest idle ones sleep first, one
   * after the other until there is room. One that cannot be put to sleep is passed over.
   */
  Optional<Capacity.Shortage> reserve(Instance instance) {
    Optional<Capacity.Shortage> shortage = tryReserve(instance);
    if (!isOfMemory(shortage)) {
      return shortage;
    }
    makingRoom.lock();
    try {
      Instant giveUp = scheduler.now().plus(LONGEST_WAIT_FOR_ROOM);
      Iterator<IdleWatch.Idle> idlest = idlest().iterator();
      shortage = tryReserve(instance);
      while (isOfMemory(shortage) && idlest.hasNext() && scheduler.now().isBefore(giveUp)) {
        if (makesRoom(idlest.next())) {
          shortage = tryReserve(instance);
        }
      }
      return shortage;
    } finally {
      makingRoom.unlock();
    }
  }

  private static boolean isOfMemory(Optional<Capacity.Shortage> shortage) {
    return shortage.filter(Capacity.Shortage.MEMORY::equals).isPresent();
  }

  private Optional<Capacity.Shortage> tryReserve(Instance instance) {
    StartInstance.Limits limits = instance.limits();
    return capacity.reserve(instance.id().value(), limits.mem(), limits.disk());
  }

  private List<IdleWatch.Idle> idlest() {
    try {
      return idle.longestIdleFirst();
    } catch (RuntimeException e) {
      // Nobody is known to be idle, so nobody has to make way.
      log.atWarn().setCause(e).log("room.not_seen");
      return List.of();
    }
  }

  private boolean makesRoom(IdleWatch.Idle candidate) {
    if (!(candidate.sleeper() instanceof Sleeper sleeper)) {
      return false;
    }
    try {
      return fallAsleep(sleeper.instance(), candidate.counted(), "to make room for others")
          .get(LONGEST_WAIT_FOR_ROOM.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      log.atWarn().setCause(e).log("room.not_made");
      return false;
    }
  }

  /** Nobody can be started for want of room: who waits for it is told, and the next may try. */
  void noRoom(Instance instance, Capacity.Shortage shortage) {
    life.say(instance, "Not woken: " + shortage.description());
    instance.room().failed(new WakeException(Refusal.INSUFFICIENT_RESOURCES, NO_ROOM));
  }

  @Override
  public void close() {
    closed = true;
    idle.close();
  }

  static String words(Duration time) {
    return time.compareTo(SOON) < 0 ? time.toMillis() + " ms" : time.toSeconds() + " s";
  }

  static byte[] address(String ip) {
    String[] parts = ip.split("\\.", -1);
    byte[] address = new byte[parts.length];
    for (int i = 0; i < parts.length; i++) {
      address[i] = (byte) Integer.parseInt(parts[i]);
    }
    return address;
  }
}
