package bellows.dea.activator;

import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.warden.kernel.Errno;
import bellows.warden.kernel.KernelException;
import bellows.warden.kernel.Readiness;
import bellows.warden.kernel.Sockets;
import bellows.warden.kernel.Syscalls;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the kernel sends connections for placements without a process (design.md, section 2): holds
 * each, has its placement woken, and passes its bytes on unread until it ends. HTTP/2, WebSocket
 * and plain TCP wake the same way.
 *
 * <p>One thread moves everything, since none of it waits: a caller costs two descriptors and this
 * object. What waits (the start) is the neighbour's.
 */
public final class Activator implements Component {
  private static final Logger log = LoggerFactory.getLogger(Activator.class);
  private static final int BACKLOG = 4096;

  /** Accepted in one go, so that those who are served have their turn. */
  private static final int ACCEPTS = 256;

  private static final Duration LOOK_EVERY = Duration.ofMillis(100);

  /** What made it fail may be over by then. */
  private static final Duration BEGIN_AGAIN_AFTER = Duration.ofSeconds(1);

  /**
   * @param port where the kernel sends them
   * @param connections at once, over all placements; the next one is ended without a word, and
   *     counted as {@link Refusal#QUEUE_FULL}
   * @param waiters for one placement
   * @param deadline from the first byte until the app has accepted
   * @param silence how long a connection may say nothing at first; later it may, but then the
   *     kernel looks whether the other side is still there
   * @param farewell how long a refused caller may take to hear it
   */
  public record Config(
      int port,
      int connections,
      int waiters,
      Duration deadline,
      Duration silence,
      Duration farewell) {
    public Config {
      if (port < 1 || port > 65_535) {
        throw new IllegalArgumentException("dea.activator_port must be a port: " + port);
      }
      if (connections < 1 || waiters < 1) {
        throw new IllegalArgumentException("dea.wake_waiters must be at least 1: " + waiters);
      }
      if (!deadline.isPositive()) {
        throw new IllegalArgumentException("dea.wake_deadline must be above 0s: " + deadline);
      }
    }

    /** 1,000 callers of a placement wait up to a minute. */
    public static Config at(int port) {
      return new Config(
          port,
          8_000,
          1_000,
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofSeconds(2));
    }
  }

  private final Config config;
  private final Placements placements;
  private final Scheduler scheduler;
  private final WakeLimit wakeLimit;
  private final Pipes pipes = new Pipes();
  private final Map<Integer, Link> links = new HashMap<>();
  private final Map<Integer, Integer> waiting = new HashMap<>();
  private final Deque<Link> again = new ArrayDeque<>();

  /** Guards {@code readiness} against being used after its end. */
  private final Object lock = new Object();

  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Map<Refusal, LongAdder> refusals = new ConcurrentHashMap<>();
  private final AtomicInteger callers = new AtomicInteger();

  /** What wakes the thread; null while none serves, so that nothing is left for nobody. */
  private volatile @Nullable Readiness readiness;

  private @Nullable Thread thread;
  private boolean wanted;

  // Of the activator's thread.
  private @Nullable Readiness watching;
  private int listener;
  private long lookedNanos;
  private boolean acceptsLater;

  /**
   * @param callsForOthers addresses behind which there are many callers, such as the routers': how
   *     many apps they wake is not limited
   */
  public Activator(
      Config config, Placements placements, Predicate<String> callsForOthers, Scheduler scheduler) {
    this.config = config;
    this.placements = placements;
    this.scheduler = scheduler;
    this.wakeLimit = new WakeLimit(callsForOthers);
  }

  @Override
  public synchronized void start() {
    if (!wanted) {
      begin();
      wanted = true;
      log.atInfo().addKeyValue("port", config.port()).log("activator.start");
    }
  }

  private void begin() {
    int socket = Sockets.listen(config.port(), BACKLOG);
    Readiness fresh;
    try {
      fresh = new Readiness();
      fresh.add(socket);
    } catch (KernelException e) {
      Syscalls.close(socket);
      throw e;
    }
    synchronized (lock) {
      readiness = fresh;
    }
    thread = Thread.ofPlatform().daemon().name("activator").start(() -> run(fresh, socket));
  }

  private synchronized void beginAgain() {
    if (!wanted) {
      return;
    }
    try {
      begin();
      log.atInfo().addKeyValue("port", config.port()).log("activator.again");
    } catch (RuntimeException | Error e) {
      log.atError().addKeyValue("port", config.port()).setCause(e).log("activator.failed");
      scheduler.after(BEGIN_AGAIN_AFTER, this::beginAgain);
    }
  }

  /** Connections that are held or passed on end; whoever closes this process ends them anyway. */
  @Override
  public synchronized void close() {
    wanted = false;
    Thread running = thread;
    if (running == null) {
      return;
    }
    synchronized (lock) {
      Readiness current = readiness;
      readiness = null;
      if (current != null) {
        current.wake();
      }
    }
    try {
      running.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    thread = null;
  }

  /** Connections that are held or passed on. */
  public int callers() {
    return callers.get();
  }

  /** Callers turned away so far, by reason. */
  public Map<Refusal, Long> refusals() {
    Map<Refusal, Long> counts = new EnumMap<>(Refusal.class);
    refusals.forEach((refusal, count) -> counts.put(refusal, count.sum()));
    return counts;
  }

  private void run(Readiness ready, int socket) {
    watching = ready;
    listener = socket;
    try {
      while (isServing()) {
        serve(ready);
      }
    } catch (RuntimeException | Error e) {
      log.atError().addKeyValue("port", config.port()).setCause(e).log("activator.failed");
    }
    try {
      letGo(ready);
    } finally {
      scheduler.after(BEGIN_AGAIN_AFTER, this::beginAgain);
    }
  }

  private void letGo(Readiness ready) {
    // First the listener: who calls now is refused, and is not left waiting for nobody.
    Syscalls.close(listener);
    listener = -1;
    synchronized (lock) {
      readiness = null;
    }
    List.copyOf(links.values()).forEach(link -> guarded(link, Link::close));
    again.clear();
    // What those were to be told who are gone now gives back what it holds.
    runTasks();
    acceptsLater = false;
    watching = null;
    pipes.close();
    ready.close();
  }

  private void serve(Readiness ready) {
    ready.await(longestWait(), this::changed);
    runTasks();
    for (int i = again.size(); i > 0; i--) {
      guarded(again.removeFirst(), link -> link.ready(false));
    }
    if (callers.get() > 0 && nanoTime() - lookedNanos >= LOOK_EVERY.toNanos()) {
      look();
    }
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  /** Callers have time limits; without one there is nothing to look after. */
  private int longestWait() {
    if (!again.isEmpty()) {
      return 0;
    }
    return callers.get() > 0 ? Math.toIntExact(LOOK_EVERY.toMillis()) : Readiness.FOR_EVER;
  }

  private void changed(int descriptor, boolean broken) {
    if (descriptor == listener) {
      accept();
      return;
    }
    Link link = links.get(descriptor);
    if (link != null) {
      boolean clientBroken = broken && descriptor == link.client();
      guarded(link, one -> one.ready(clientBroken));
    }
  }

  /** What goes wrong with one caller is no reason to leave the others. */
  private static void guarded(Link link, Consumer<Link> step) {
    try {
      step.accept(link);
    } catch (RuntimeException e) {
      log.atWarn().addKeyValue("port", link.port()).setCause(e).log("activator.link_failed");
      link.close();
    }
  }

  private void accept() {
    for (int i = 0; i < ACCEPTS && listener >= 0; i++) {
      int client = Sockets.accept(listener);
      if (client >= 0) {
        receive(client);
      } else if (client == Sockets.WOULD_WAIT) {
        return;
      } else if (client != -Errno.ECONNABORTED) {
        // Out of descriptors, most likely: those that end free some.
        acceptLater(client);
        return;
      }
    }
    var _ = post(this::accept);
  }

  private void acceptLater(int error) {
    if (acceptsLater) {
      return;
    }
    acceptsLater = true;
    log.atWarn()
        .addKeyValue("callers", callers.get())
        .addKeyValue("errno", -error)
        .log("activator.cannot_accept");
    scheduler.after(
        LOOK_EVERY,
        () ->
            post(() -> {
              acceptsLater = false;
              accept();
            }));
  }

  private void receive(int client) {
    boolean held = false;
    try {
      held = hold(client);
    } catch (RuntimeException e) {
      log.atWarn().setCause(e).log("activator.receive_failed");
    } finally {
      if (!held) {
        Syscalls.close(client);
      }
    }
  }

  /** False when nobody is to be held: there is nothing to wake, or there are too many. */
  private boolean hold(int client) {
    int port = Sockets.originalPort(client);
    Placements.Wake wake =
        port < 0 || port == config.port() ? Placements.Wake.NEVER : placements.wake(port);
    if (wake == Placements.Wake.NEVER) {
      return false;
    }
    if (callers.get() >= config.connections()) {
      refused(Refusal.QUEUE_FULL);
      return false;
    }
    Sockets.keepAlive(client, config.silence());
    Link link = new Link(client, port, wake == Placements.Wake.ON_CONNECT, this);
    callers.incrementAndGet();
    // Watching it tells at once whether it has sent something already.
    guarded(link, one -> watch(client, one));
    return true;
  }

  private void look() {
    lookedNanos = scheduler.nanoTime();
    for (Link link : List.copyOf(links.values())) {
      guarded(link, one -> one.look(config, lookedNanos));
    }
  }

  void visit(Link link, Caller caller) {
    if (waiting.getOrDefault(link.port(), 0) > config.waiters()) {
      link.refuse(Refusal.QUEUE_FULL, Duration.ofSeconds(1));
      return;
    }
    if (placements.asleep(link.port())) {
      Optional<Duration> wait = wakeLimit.take(link.peer(), scheduler.nanoTime());
      if (wait.isPresent()) {
        link.refuse(Refusal.LIMITED, wait.get());
        return;
      }
    }
    var _ =
        placements
            .visit(link.port(), caller)
            .whenComplete((visit, failure) -> {
              boolean told =
                  failure == null
                      ? post(() -> guarded(link, one -> admit(one, visit)))
                      : post(() -> guarded(link, one -> refuse(one, failure)));
              if (!told && failure == null) {
                visit.arrived();
              }
            });
  }

  private void admit(Link link, Visit visit) {
    try {
      link.admit(visit);
    } catch (KernelException e) {
      visit.arrived();
      log.atWarn().addKeyValue("port", link.port()).setCause(e).log("activator.connect_failed");
      link.refuse(Refusal.WAKE_FAILED, Duration.ofSeconds(1));
    }
  }

  private static void refuse(Link link, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof WakeException e) {
      link.refuse(e.refusal(), e.retryAfter());
    } else {
      link.refuse(Refusal.WAKE_FAILED, Duration.ofSeconds(1));
    }
  }

  /**
   * Runs it on the activator's thread.
   *
   * @return false when there is none, which has ended every connection
   */
  private boolean post(Runnable task) {
    synchronized (lock) {
      Readiness current = readiness;
      if (current == null) {
        return false;
      }
      tasks.add(task);
      current.wake();
      return true;
    }
  }

  /** Without the lock: who posts may just have lost the processor to this thread. */
  private boolean isServing() {
    return readiness != null;
  }

  /** For how long the other side of a connection may be silent before somebody looks. */
  Duration silence() {
    return config.silence();
  }

  long nanoTime() {
    return scheduler.nanoTime();
  }

  Pipes pipes() {
    return pipes;
  }

  void watch(int descriptor, Link link) {
    Readiness current = watching;
    if (current != null) {
      links.put(descriptor, link);
      current.add(descriptor);
    }
  }

  void forget(int descriptor) {
    links.remove(descriptor);
  }

  /** It has more to move than its share. */
  void again(Link link) {
    again.addLast(link);
  }

  void refused(Refusal refusal) {
    refusals.computeIfAbsent(refusal, _ -> new LongAdder()).increment();
  }

  void moved(Link link, Link.Stage before, Link.Stage next) {
    if (before == Link.Stage.WAITING) {
      waiting.merge(link.port(), -1, (had, one) -> had + one == 0 ? null : had + one);
    }
    if (next == Link.Stage.WAITING) {
      waiting.merge(link.port(), 1, Integer::sum);
    }
    if (next == Link.Stage.CLOSED) {
      callers.decrementAndGet();
    }
  }
}
