package bellows.dea.health;

import bellows.base.time.Scheduler;
import bellows.warden.Container;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one container: often until it is healthy for the first time or the start has taken too
 * long, then at the check's interval. Tells its listener at most once that it is healthy, and at
 * most once that it is not, which ends the watch.
 *
 * <p>Thread-safe; a check runs on a timer's thread, one at a time.
 */
public final class HealthWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HealthWatch.class);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(10);

  /** The kernel answers in microseconds who listens, and callers wait for that. */
  private static final Duration SHORTEST_WAKE_PAUSE = Duration.ofNanos(200_000);

  /** So a wake is noticed late by at most a hundredth of its time. */
  private static final int WAKE_LOOKS = 100;

  private static final Duration LONGEST_START_PAUSE = Duration.ofMillis(250);
  private static final Duration SECOND_LOOK = Duration.ofSeconds(2);

  /** One missed check may be a pause of the garbage collector; three in a row are not. */
  private static final int MISSES_ALLOWED = 2;

  /** What the watch found. */
  public interface Listener {
    void healthy();

    void notHealthyInTime();

    void notHealthyAnyMore();
  }

  private final Container container;
  private final HealthPlan plan;
  private final HealthProbe probe;
  private final Listener listener;
  private final Scheduler scheduler;
  private final long startedAt;
  private Scheduler.@Nullable Timer timer;
  private boolean waking;
  private boolean wasHealthy;
  private int misses;
  private boolean closed;

  public HealthWatch(Container container, HealthPlan plan, Listener listener, Scheduler scheduler) {
    this.container = container;
    this.plan = plan;
    this.probe = plan.probe();
    this.listener = listener;
    this.scheduler = scheduler;
    this.startedAt = scheduler.nanoTime();
  }

  /** Begins with a container that was just started. */
  public void start() {
    next(SHORTEST_PAUSE);
  }

  /**
   * Begins with a container that callers wait for: it is healthy as soon as it listens, and is
   * checked as it should be from then on.
   */
  public synchronized void wake() {
    waking = true;
    next(SHORTEST_WAKE_PAUSE);
  }

  /** Begins with a container that was healthy before. */
  public synchronized void resume() {
    wasHealthy = true;
    next(plan.interval());
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (timer != null) {
      timer.close();
    }
  }

  private void look() {
    Runnable told = note(isHealthy());
    // Outside the lock: the listener may close this watch from another thread meanwhile.
    told.run();
  }

  /** What cannot be asked counts as no answer: without the next look the watch would be over. */
  private boolean isHealthy() {
    try {
      return isWaking() ? container.listening(plan.containerPort()) : probe.healthy(container);
    } catch (RuntimeException e) {
      log.atWarn().addKeyValue("container", container.id()).setCause(e).log("health.not_asked");
      return false;
    }
  }

  private synchronized boolean isWaking() {
    return waking;
  }

  private synchronized Runnable note(boolean healthy) {
    if (closed) {
      return () -> {};
    }
    if (healthy) {
      misses = 0;
      next(plan.interval());
      waking = false;
      boolean first = !wasHealthy;
      wasHealthy = true;
      return first ? listener::healthy : () -> {};
    }
    if (wasHealthy) {
      misses++;
      if (misses > MISSES_ALLOWED) {
        close();
        return listener::notHealthyAnyMore;
      }
      next(plan.interval().compareTo(SECOND_LOOK) < 0 ? plan.interval() : SECOND_LOOK);
      return () -> {};
    }
    Duration elapsed = Duration.ofNanos(scheduler.nanoTime() - startedAt);
    if (elapsed.compareTo(plan.startLimit()) >= 0) {
      close();
      return listener::notHealthyInTime;
    }
    next(waking ? wakePause(elapsed) : startPause(elapsed));
    return () -> {};
  }

  private synchronized void next(Duration pause) {
    if (!closed) {
      timer = scheduler.after(pause, this::look);
    }
  }

  private static Duration wakePause(Duration elapsed) {
    Duration part = elapsed.dividedBy(WAKE_LOOKS);
    return part.compareTo(SHORTEST_WAKE_PAUSE) < 0 ? SHORTEST_WAKE_PAUSE : part;
  }

  /** A quick app is seen at once, a slow one is not asked a hundred times a second. */
  private static Duration startPause(Duration elapsed) {
    Duration tenth = elapsed.dividedBy(10);
    if (tenth.compareTo(SHORTEST_PAUSE) < 0) {
      return SHORTEST_PAUSE;
    }
    return tenth.compareTo(LONGEST_START_PAUSE) > 0 ? LONGEST_START_PAUSE : tenth;
  }
}
