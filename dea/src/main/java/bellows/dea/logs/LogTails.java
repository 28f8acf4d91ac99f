package bellows.dea.logs;

import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after all tails: one that has data is looked at again at once, one that is quiet less and
 * less often, so that hundreds of idle instances cost next to nothing.
 *
 * <p>Thread-safe.
 */
public final class LogTails implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LogTails.class);
  private static final Duration TICK = Duration.ofMillis(50);

  /** Upper bound of the time that the first line after a silence waits. */
  private static final Duration SLOWEST = Duration.ofMillis(400);

  private final MessageBus bus;
  private final Scheduler scheduler;
  private final Map<LogTail, Pace> tails = new ConcurrentHashMap<>();
  private Scheduler.@Nullable Timer timer;

  public LogTails(MessageBus bus, Scheduler scheduler) {
    this.bus = bus;
    this.scheduler = scheduler;
  }

  private record Pace(long dueNanos, Duration pause) {}

  /** Follows the streams until {@link #finish} or {@link #close}. */
  public LogTail follow(LogSource source) {
    LogTail tail = new LogTail(source, bus, scheduler);
    tails.put(tail, new Pace(scheduler.nanoTime(), TICK));
    synchronized (this) {
      if (timer == null) {
        timer = scheduler.every(TICK, this::pollDue);
      }
    }
    return tail;
  }

  /** Delivers everything that is left of a container that has ended. */
  public void finish(LogTail tail) {
    tails.remove(tail);
    tail.finish();
    stopWhenIdle();
  }

  /** Stops following, without losing the place. */
  @Override
  public void close() {
    tails.keySet().forEach(LogTail::release);
    tails.clear();
    stopWhenIdle();
  }

  private void pollDue() {
    long now = scheduler.nanoTime();
    tails.forEach((tail, pace) -> {
      if (pace.dueNanos() <= now) {
        Duration pause = poll(tail) ? TICK : slower(pace.pause());
        tails.computeIfPresent(
            tail, (_, _) -> new Pace(scheduler.nanoTime() + pause.toNanos(), pause));
      }
    });
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

  private synchronized void stopWhenIdle() {
    if (timer != null && tails.isEmpty()) {
      timer.close();
      timer = null;
    }
  }
}
