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
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
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

  /** The connection that was to be accepted has ended; there may be others. */
  private static final Set<Integer> ENDED_EARLY =
      Set.of(-Errno.EINTR, -Errno.EPROTO, -Errno.ECONNABORTED);

  /**
   * @param port where the kernel sends them
   * @param connections at once, over all placements
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

  /** Guards {@code open}, and the waker against being used after its end. */
  private final Object lock = new Object();

  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Map<Refusal, LongAdder> refusals = new ConcurrentHashMap<>();
  private @Nullable Readiness readiness;
  private @Nullable Thread thread;
  private int listener;
  private long lookedNanos;
  private final AtomicInteger callers = new AtomicInteger();
  private boolean open;

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
    if (thread != null) {
      return;
    }
    Readiness first = listen();
    synchronized (lock) {
      open = true;
    }
    thread = Thread.ofPlatform().daemon().name("activator").start(() -> run(first));
    log.atInfo().addKeyValue("port", config.port()).log("activator.start");
  }

  /** Connections that are held or passed on end; whoever closes this process ends them anyway. */
  @Override
  public synchronized void close() {
    Thread running = thread;
    if (running == null) {
      return;
    }
    end();
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

  private Readiness listen() {
    int descriptor = Sockets.listen(config.port(), BACKLOG);
    Readiness fresh = new Readiness();
    fresh.add(descriptor);
    listener = descriptor;
    synchronized (lock) {
      readiness = fresh;
    }
    return fresh;
  }

  /** An error that nobody thought of costs those who are here now, but nobody who comes later. */
  private void run(Readiness first) {
    Readiness ready = first;
    while (true) {
      try {
        serve(ready);
      } catch (RuntimeException | Error e) {
        log.atError().setCause(e).log("activator.failed");
      } finally {
        leave(ready);
      }
      Optional<Readiness> next = listenAgain();
      if (next.isEmpty()) {
        pipes.close();
        return;
      }
      ready = next.get();
    }
  }

  private void serve(Readiness ready) {
    while (isOpen()) {
      ready.await(longestWait(), this::changed);
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
      for (int i = again.size(); i > 0; i--) {
        guarded(again.removeFirst(), false);
      }
      if (callers.get() > 0 && nanoTime() - lookedNanos >= LOOK_EVERY.toNanos()) {
        look();
      }
    }
  }

  /** Nobody is accepted any more, so that who comes is refused and does not wait for nothing. */
  private void leave(Readiness ready) {
    Syscalls.close(listener);
    new ArrayList<>(links.values()).forEach(Link::close);
    links.clear();
    again.clear();
    synchronized (lock) {
      ready.close();
      readiness = null;
    }
  }

  /** Empty at the end. */
  private Optional<Readiness> listenAgain() {
    while (isOpen()) {
      try {
        return Optional.of(listen());
      } catch (RuntimeException e) {
        log.atWarn().setCause(e).log("activator.cannot_listen");
        LockSupport.parkNanos(LOOK_EVERY.toNanos());
      }
    }
    return Optional.empty();
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
      guarded(link, broken && descriptor == link.client());
    }
  }

  /** What goes wrong with one caller is no reason to leave the others. */
  private void guarded(Link link, boolean clientBroken) {
    try {
      link.ready(clientBroken);
    } catch (RuntimeException e) {
      log.atWarn().addKeyValue("port", link.port()).setCause(e).log("activator.link_failed");
      link.close();
    }
  }

  private void accept() {
    for (int i = 0; i < ACCEPTS; i++) {
      int client = Sockets.accept(listener);
      if (client == Sockets.WOULD_WAIT) {
        return;
      }
      if (client >= 0) {
        receiveOrClose(client);
      } else if (!ENDED_EARLY.contains(client)) {
        // Out of descriptors or memory, of this process or the machine: those that end free some.
        log.atWarn()
            .addKeyValue("callers", callers.get())
            .addKeyValue("errno", -client)
            .log("activator.cannot_accept");
        var _ = scheduler.after(LOOK_EVERY, () -> post(this::accept));
        return;
      }
    }
    post(this::accept);
  }

  private void receiveOrClose(int client) {
    boolean received = false;
    try {
      receive(client);
      received = true;
    } finally {
      if (!received) {
        Syscalls.close(client);
      }
    }
  }

  private void receive(int client) {
    int port = Sockets.originalPort(client);
    Placements.Wake wake =
        port < 0 || port == config.port() ? Placements.Wake.NEVER : placements.wake(port);
    if (wake == Placements.Wake.NEVER) {
      Syscalls.close(client);
      return;
    }
    if (callers.get() >= config.connections()) {
      refused(Refusal.QUEUE_FULL);
      Syscalls.close(client);
      return;
    }
    Sockets.keepAlive(client, config.silence());
    Link link = new Link(client, port, wake == Placements.Wake.ON_CONNECT, this);
    callers.incrementAndGet();
    // Watching it tells at once whether it has sent something already.
    watch(client, link);
  }

  private void look() {
    lookedNanos = scheduler.nanoTime();
    for (Link link : List.copyOf(links.values())) {
      link.look(config, lookedNanos);
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
                  post(failure == null ? () -> admit(link, visit) : () -> refuse(link, failure));
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
   * @return false when there is none any more
   */
  private boolean post(Runnable task) {
    synchronized (lock) {
      if (open) {
        tasks.add(task);
        wakeUp();
      }
      return open;
    }
  }

  private void wakeUp() {
    Readiness current = readiness;
    if (current != null) {
      current.wake();
    }
  }

  private boolean isOpen() {
    synchronized (lock) {
      return open;
    }
  }

  private void end() {
    synchronized (lock) {
      open = false;
      wakeUp();
    }
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
    Readiness current = readiness;
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
