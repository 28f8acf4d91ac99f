package bellows.dea.instances;

import bellows.base.time.Scheduler;
import bellows.contracts.dea.DeaHeartbeat;
import bellows.contracts.dea.FoundInstance;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.InstanceId;
import bellows.contracts.ids.PlacementId;
import bellows.contracts.routing.RoutedUris;
import bellows.dea.activator.Caller;
import bellows.dea.health.HealthWatch;
import bellows.dea.logs.LogTail;
import bellows.dea.sleep.Presence;
import bellows.dea.sleep.SleepRule;
import bellows.warden.Container;
import bellows.warden.StartPhases;
import java.lang.ref.SoftReference;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One running copy, from BORN to STOPPED.
 *
 * <p>Thread-safe. One lock guards the state; {@link #ifServing} calls out under it, because a route
 * may be registered only while the state says so, and a message once sent cannot be called back.
 */
public final class Instance {
  /** Where every app is told to listen inside its container. */
  public static final int CONTAINER_PORT = 8080;

  /** From each state to those that may follow (reference/messages.md, section 4.1). */
  private static final Map<InstanceState, Set<InstanceState>> NEXT = new EnumMap<>(transitions());

  private static final SoftReference<StartInstance> NONE = new SoftReference<>(null);

  private final Scheduler scheduler;
  private final Duration shortestSleep;
  private final WakeCounts counts;
  private final InstanceId id;
  private volatile Order order;
  private volatile @Nullable StartInstance message;

  /** Who was awake lately is likely to be called again; the collector takes it when it must. */
  private volatile SoftReference<StartInstance> formerMessage = NONE;

  private final int port;
  private final int uid;
  private int crashes;
  private volatile Instant receivedAt;
  private RoutedUris routed;
  private InstanceState state;
  private Instant since;
  private Instant startedAt;
  private @Nullable Instant restartAt;
  private @Nullable String details;
  private volatile @Nullable Caller waitingCaller;
  private int containers;
  private volatile Set<String> containerIds = Set.of();
  private volatile @Nullable Ending ending;
  private boolean busy;
  private @Nullable Resources resources;
  private @Nullable String killedBecause;
  private @Nullable HealthWatch watch;
  private ContainerRecipe.@Nullable Prepared prepared;
  private WakeLog wakes;
  private long wakeBeganNanos;
  private long listenedNanos;
  private CompletableFuture<Void> firstAnswer = new CompletableFuture<>();
  private final WaitingRoom room;
  private final CompletableFuture<Void> gone = new CompletableFuture<>();
  private final Object recordLock = new Object();

  /** What a container needs besides itself while it lives. */
  record Resources(Container container, LogTail tail, ContainerRecipe.Prepared prepared) {}

  /** A program that was told to end. */
  record Ending(Container container, long sinceNanos, AtomicBoolean killed) {
    Ending(Container container, long sinceNanos) {
      this(container, sinceNanos, new AtomicBoolean());
    }

    /** Whoever asks first kills it; however many wait, one is enough. */
    boolean isFirstKill() {
      return !killed.getAndSet(true);
    }
  }

  /**
   * @param presence how it is now: of one that an earlier run left, what that run had made of it
   */
  Instance(InstanceRecord record, Presence presence, Birth birth) {
    this.id = record.id().kept();
    this.routed = record.routed();
    this.port = record.port();
    this.uid = record.uid();
    this.crashes = record.crashes();
    this.receivedAt = record.receivedAt();
    this.state = record.state();
    this.since = record.since();
    this.startedAt = record.startedAt();
    this.restartAt = record.restartAt();
    this.details = record.details();
    this.wakes = record.wakes() == null ? WakeLog.EMPTY : record.wakes();
    this.scheduler = birth.scheduler();
    this.shortestSleep = birth.shortestSleep();
    this.order = Order.of(record.message(), shortestSleep);
    this.counts = birth.counts();
    this.room = new WaitingRoom(presence, this::answered);
  }

  /**
   * What every instance of this host is born with.
   *
   * @param shortestSleep no app sleeps sooner
   * @param counts of all wakes of this host
   */
  record Birth(Scheduler scheduler, Duration shortestSleep, WakeCounts counts) {}

  private static Map<InstanceState, Set<InstanceState>> transitions() {
    return Map.of(
        InstanceState.BORN,
        EnumSet.of(InstanceState.STARTING, InstanceState.CRASHED, InstanceState.STOPPING),
        InstanceState.STARTING,
        EnumSet.of(InstanceState.RUNNING, InstanceState.CRASHED, InstanceState.STOPPING),
        InstanceState.RUNNING,
        EnumSet.of(InstanceState.EVACUATING, InstanceState.CRASHED, InstanceState.STOPPING),
        InstanceState.EVACUATING,
        EnumSet.of(InstanceState.CRASHED, InstanceState.STOPPING),
        InstanceState.STOPPING,
        EnumSet.of(InstanceState.STOPPED),
        InstanceState.CRASHED,
        EnumSet.of(InstanceState.STOPPING),
        InstanceState.STOPPED,
        EnumSet.noneOf(InstanceState.class));
  }

  public InstanceId id() {
    return id;
  }

  public AppGuid app() {
    return order.app();
  }

  public AppVersion version() {
    return order.version();
  }

  public int index() {
    return order.index();
  }

  /** What it was started with; takes its time while it has no program. */
  public StartInstance message() {
    StartInstance atHand = message;
    if (atHand == null) {
      atHand = formerMessage.get();
    }
    return atHand == null ? order.message() : atHand;
  }

  /** Absent from a historic controller. */
  public @Nullable PlacementId placement() {
    return order.placement();
  }

  public @Nullable String processId() {
    return order.processId();
  }

  public @Nullable String processType() {
    return order.processType();
  }

  /** What a start of it takes of the host. */
  public StartInstance.Limits limits() {
    return order.limits();
  }

  /** What its start message says of its sleep. */
  public StartInstance.@Nullable Sleep sleep() {
    return order.sleep();
  }

  /** The port of its placement on this host. */
  public int port() {
    return port;
  }

  int uid() {
    return uid;
  }

  /** In a row, this one's own included once it has crashed. */
  synchronized int crashes() {
    return crashes;
  }

  Instant receivedAt() {
    return receivedAt;
  }

  public synchronized InstanceState state() {
    return state;
  }

  /** When it came into its state. */
  public synchronized Instant since() {
    return since;
  }

  public synchronized List<String> uris() {
    return routed.uris();
  }

  /** Its uris with what is wanted of them. */
  synchronized RoutedUris routed() {
    return routed;
  }

  /** Why it crashed. */
  public synchronized Optional<String> details() {
    return Optional.ofNullable(details);
  }

  synchronized Optional<Instant> restartAt() {
    return Optional.ofNullable(restartAt);
  }

  synchronized Instant startedAt() {
    return startedAt;
  }

  /** The container, while there is one. */
  public synchronized Optional<Container> container() {
    return Optional.ofNullable(resources).map(Resources::container);
  }

  /** Which of its containers it has now, counted from 1; empty while it has none. */
  public Optional<String> generation() {
    return container().map(Container::id).map(name -> name.substring(name.lastIndexOf('-') + 1));
  }

  /** The key of its seat on this host: a placement has one instance at a time. */
  String seat() {
    return seat(order.placement(), order.app(), order.processType(), order.index());
  }

  static String seat(StartInstance message) {
    return seat(message.placement(), message.droplet(), message.processType(), message.index());
  }

  private static String seat(
      @Nullable PlacementId placement, AppGuid app, @Nullable String type, int index) {
    return placement == null ? app + "/" + type + "/" + index : placement.value();
  }

  /** As the heartbeat tells it. */
  public synchronized DeaHeartbeat.Instance heartbeat() {
    return new DeaHeartbeat.Instance(
        partition(),
        app(),
        version(),
        id,
        index(),
        state,
        seconds(since),
        placement(),
        asleep() ? true : null);
  }

  /** {@code default} unless the controller says otherwise. */
  public String partition() {
    return order.partition();
  }

  static double seconds(Instant time) {
    return time.toEpochMilli() / 1000.0;
  }

  /**
   * Runs {@code action} with the current uris when it is RUNNING or EVACUATING; it cannot leave
   * these states meanwhile.
   *
   * @param action must not block
   */
  public synchronized void ifServing(Consumer<RoutedUris> action) {
    if (serving()) {
      action.accept(routed);
    }
  }

  /**
   * Sets the uris and, when they are others or something else is wanted of them and it serves,
   * hands the old ones to {@code whenServing}.
   *
   * @param whenServing must not block
   * @return whether anything is new
   */
  synchronized boolean routes(RoutedUris newUris, Consumer<List<String>> whenServing) {
    RoutedUris old = routed;
    if (old.equals(newUris)) {
      return false;
    }
    routed = newUris;
    ifServing(_ -> whenServing.accept(old.uris()));
    return true;
  }

  /** Goes to {@code next} if that may follow. */
  synchronized boolean become(InstanceState next, Instant now) {
    if (!NEXT.getOrDefault(state, Set.of()).contains(next)) {
      return false;
    }
    state = next;
    since = now;
    return true;
  }

  /**
   * Goes to RUNNING if that may follow, and runs {@code told} before anybody can see that it has:
   * whoever waits for it to run, to end another one, must find that routers know it.
   *
   * @param told must not block
   */
  synchronized boolean run(Instant now, Runnable told) {
    if (!become(InstanceState.RUNNING, now)) {
      return false;
    }
    told.run();
    return true;
  }

  /** Goes to CRASHED with the words and the time of the next try. */
  synchronized boolean crash(String why, Instant now, Instant nextTry, int inARow) {
    if (!become(InstanceState.CRASHED, now)) {
      return false;
    }
    details = why;
    restartAt = nextTry;
    crashes = inARow;
    return true;
  }

  /**
   * Marks that a thread is making the container: until {@link #settled} nobody else ends it.
   *
   * @return false when it is not to be started any more
   */
  synchronized boolean launching(Instant now) {
    if (state != InstanceState.STARTING && !become(InstanceState.STARTING, now)) {
      return false;
    }
    startedAt = now;
    busy = true;
    message = message();
    return true;
  }

  /** It has no program now, and may have none for long: keeps what only a start needs small. */
  synchronized void rests() {
    // Of thousands that start asleep most are not called for long.
    formerMessage = wakes.count() == 0 ? NONE : new SoftReference<>(message);
    message = null;
  }

  /** Gives it a container. */
  synchronized void attach(Resources newResources) {
    resources = newResources;
  }

  /**
   * Gives it a fresh container instead of {@code old}, and returns what that one needs; empty when
   * it has the old one no more, or is not to serve any more.
   */
  synchronized Optional<Resources> replace(Container old, Resources fresh) {
    Optional<Resources> had =
        Optional.ofNullable(resources)
            .filter(has -> has.container().equals(old) && serving() && !busy);
    if (had.isPresent()) {
      resources = fresh;
    }
    return had;
  }

  /**
   * Takes this container's resources away, so that they are given back once; until {@link #settled}
   * the caller's thread is the one that works on the instance. Empty when they were taken before:
   * the instance may have its next container by then.
   */
  synchronized Optional<Resources> detach(Container container) {
    Optional<Resources> had =
        Optional.ofNullable(resources).filter(has -> has.container().equals(container));
    if (had.isPresent()) {
      resources = null;
      busy = true;
    }
    return had;
  }

  /**
   * The work that {@link #launching} or {@link #detach} began is over.
   *
   * @return false when it was asked to stop meanwhile, which the caller now has to bring to its end
   */
  synchronized boolean settled() {
    busy = false;
    return state != InstanceState.STOPPING;
  }

  /**
   * Goes to STOPPING.
   *
   * @return absent when it was already; else whether the caller has to end it (true), or the thread
   *     that works on it will (false)
   */
  synchronized Optional<Boolean> stopping(Instant now) {
    return become(InstanceState.STOPPING, now) ? Optional.of(!busy) : Optional.empty();
  }

  /** Completes when nothing of it is left, its port least of all. */
  CompletableFuture<Void> gone() {
    return gone;
  }

  /** Held while its file is written or removed. */
  Object recordLock() {
    return recordLock;
  }

  /** Why we killed it, for the words of the crash. */
  synchronized void killedBecause(String reason) {
    killedBecause = reason;
  }

  synchronized Optional<String> killedBecause() {
    return Optional.ofNullable(killedBecause);
  }

  synchronized void watchedBy(HealthWatch newWatch) {
    watch = newWatch;
  }

  void unwatch() {
    HealthWatch had;
    synchronized (this) {
      had = watch;
      watch = null;
    }
    if (had != null) {
      had.close();
    }
  }

  /** How long its program has been healthy. */
  synchronized Duration healthyFor(Instant now) {
    return serving() && room.awake() ? Duration.between(since, now) : Duration.ZERO;
  }

  private boolean serving() {
    return state == InstanceState.RUNNING || state == InstanceState.EVACUATING;
  }

  /** Serves whoever comes, but has no program at the moment. */
  public synchronized boolean asleep() {
    return serving() && !room.awake();
  }

  /** When it may sleep; empty for never. */
  Optional<SleepRule> rule() {
    return order.rule();
  }

  WaitingRoom room() {
    return room;
  }

  /** A newer start message for the same version: its policies and addresses hold from now on. */
  synchronized void renew(StartInstance newer, Instant now) {
    order = Order.of(newer, shortestSleep);
    message = message == null ? null : newer;
    formerMessage = NONE;
    receivedAt = now;
  }

  /** Who will have woken it, when it is started again as soon as it has ended. */
  void awaitedBy(Caller caller) {
    waitingCaller = caller;
  }

  Caller waitingCaller() {
    Caller caller = waitingCaller;
    return caller == null ? new Caller("connection", null, null) : caller;
  }

  /** The program that is being put to sleep; null when none is. */
  @Nullable Ending ending() {
    return ending;
  }

  void ending(@Nullable Ending now) {
    ending = now;
  }

  /** The number of its next container. */
  synchronized int nextContainer() {
    return ++containers;
  }

  synchronized void countsContainersFrom(int number) {
    containers = Math.max(containers, number);
  }

  /** From now on the container of that id is its own, made or not. */
  synchronized void has(String container) {
    Set<String> more = new HashSet<>(containerIds);
    more.add(container);
    containerIds = Set.copyOf(more);
  }

  /** It needs it no more; when something of it is left, that is nobody's. */
  synchronized void hasNot(String container) {
    Set<String> fewer = new HashSet<>(containerIds);
    fewer.remove(container);
    containerIds = Set.copyOf(fewer);
  }

  Set<String> containerIds() {
    return containerIds;
  }

  /** Keeps what its next container will be made of. */
  synchronized void prepared(ContainerRecipe.Prepared ready) {
    prepared = ready;
  }

  /** Hands over what was kept; the taker closes it. */
  synchronized Optional<ContainerRecipe.Prepared> takePrepared() {
    Optional<ContainerRecipe.Prepared> had = Optional.ofNullable(prepared);
    prepared = null;
    return had;
  }

  /**
   * Marks that a thread starts or ends its program: until {@link #settled} nobody else ends it.
   *
   * @return false when it is not to serve any more
   */
  synchronized boolean waking(Caller caller, Instant now) {
    if (!serving()) {
      return false;
    }
    startedAt = now;
    busy = true;
    message = message();
    wakeBeganNanos = scheduler.nanoTime();
    firstAnswer = new CompletableFuture<>();
    wakes =
        new WakeLog(
            wakes.count() + 1, now, caller.reason(), caller.request(), caller.client(), Map.of());
    return true;
  }

  /** Its program runs; what it was made of took so long. */
  synchronized void executed(StartPhases phases) {
    wakes =
        wakes
            .with("slot", phases.slot().toNanos())
            .with("mount", phases.mount().toNanos())
            .with("exec", phases.exec().toNanos());
    listenedNanos = scheduler.nanoTime();
  }

  /**
   * Its program listens.
   *
   * @return how long the wake took
   */
  synchronized Duration woken(Instant now) {
    long listens = scheduler.nanoTime();
    wakes = wakes.with("listen", listens - listenedNanos);
    listenedNanos = listens;
    since = now;
    counts.woken(wakes);
    return Duration.ofNanos(listens - wakeBeganNanos);
  }

  /** Nothing is left of its program; an end in good order forgives the crashes before. */
  synchronized void slept(Instant now) {
    since = now;
    crashes = 0;
  }

  private synchronized void answered() {
    if (wakes.lacksFirstByte()) {
      wakes = wakes.with(WakeLog.FIRST_BYTE, scheduler.nanoTime() - listenedNanos);
      counts.answered(wakes);
    }
    firstAnswer.complete(null);
  }

  /** Returns when the program that was woken begins its first answer, or after that time. */
  void awaitAnswer(Duration longest) {
    CompletableFuture<Void> answer;
    synchronized (this) {
      answer = firstAnswer;
    }
    try {
      answer.get(longest.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      // It takes its time.
    } catch (ExecutionException e) {
      throw new IllegalStateException("an answer is not a failure", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** As the answer to find tells it; nothing for one that never slept nor may. */
  public synchronized FoundInstance.@Nullable Wakes wakes() {
    if (rule().isEmpty() && wakes.count() == 0) {
      return null;
    }
    Instant at = wakes.at();
    return new FoundInstance.Wakes(
        asleep(),
        wakes.count(),
        wakes.reason(),
        wakes.request(),
        wakes.client(),
        at == null ? null : seconds(at),
        wakes.phasesMillis());
  }

  synchronized InstanceRecord record() {
    return new InstanceRecord(
        id,
        message(),
        routed.uris(),
        port,
        uid,
        crashes,
        receivedAt,
        state,
        since,
        startedAt,
        restartAt,
        details,
        wakes,
        routed.options());
  }

  WakeLog wakeLog() {
    synchronized (this) {
      return wakes;
    }
  }
}
