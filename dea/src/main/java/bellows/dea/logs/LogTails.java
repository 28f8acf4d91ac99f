package bellows.dea.logs;

import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after all tails: one that has data is looked at again at once, one that is quiet less and
 * less often, and all quiet ones at the same moments, so that hundreds of idle instances cost next
 * to nothing.
 *
 * <p>Thread-safe.
 */
public final class LogTails implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LogTails.class);
  private static final Duration TICK = Duration.ofMillis(50);

  /**
   * Upper bound of the time that the first line after a silence waits. A power of two times the
   * tick: pauses double, and the moments of a long one are moments of every shorter one too.
   */
  private static final Duration SLOWEST = TICK.multipliedBy(8);

  private final MessageBus bus;
  private final Scheduler scheduler;
  private final Map<LogTail, Pace> tails = new ConcurrentHashMap<>();
  private Scheduler.@Nullable Timer timer;
  private boolean polling;

  public LogTails(MessageBus bus, Scheduler scheduler) {
    this.bus = bus;
    this.scheduler = scheduler;
  }

  private record Pace(long dueNanos, Duration pause) {}

  /** Follows the streams until {@link #finish} or {@link #close}. */
  public LogTail follow(LogSource source) {
    LogTail tail = new LogTail(source, bus, scheduler);
    tails.put(tail, new Pace(nextMoment(TICK), TICK));
    wakeForTheNext();
    return tail;
  }

  /** Delivers everything that is left of a container that has ended. */
  public void finish(LogTail tail) {
    tails.remove(tail);
    tail.finish();
  }

  /** Stops following, without losing the place. */
  @Override
  public void close() {
    tails.keySet().forEach(LogTail::release);
    tails.clear();
    wakeForTheNext();
  }

  private void pollDue() {
    synchronized (this) {
      if (polling) {
        return;
      }
      polling = true;
    }
    try {
      long now = scheduler.nanoTime();
      tails.forEach((tail, pace) -> {
        if (pace.dueNanos() <= now) {
          Duration pause = poll(tail) ? TICK : slower(pace.pause());
          tails.computeIfPresent(tail, (_, _) -> new Pace(nextMoment(pause), pause));
        }
      });
    } finally {
      synchronized (this) {
        polling = false;
        wakeForTheNext();
      }
    }
  }

  /** A round that is on does this at its end, and knows by then who came meanwhile. */
  private synchronized void wakeForTheNext() {
    if (timer != null) {
      timer.close();
      timer = null;
    }
    if (polling) {
      return;
    }
    OptionalLong due = tails.values().stream().mapToLong(Pace::dueNanos).min();
    if (due.isPresent()) {
      long pause = Math.max(0, due.getAsLong() - scheduler.nanoTime());
      timer = scheduler.after(Duration.ofNanos(pause), this::pollDue);
    }
  }

  private long nextMoment(Duration pause) {
    return (Math.floorDiv(scheduler.nanoTime(), pause.toNanos()) + 1) * pause.toNanos();
  }

  /** What goes wrong with one tail is no reason to forget the others. */
  private static boolean poll(LogTail tail) {
    try {
      return tail.poll();
    } catch (RuntimeException e) {
      log.atError().setCause(e).log("log.poll_failed");
      return false;
    }
  }

  private static Duration slower(Duration pause) {
    Duration next = pause.multipliedBy(2);
    return next.compareTo(SLOWEST) > 0 ? SLOWEST : next;
  }
}
