package bellows.base.time;

import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that is done each period and, sooner, whenever someone says that there is some: the period
 * makes up for hints that were lost. A round never overlaps another one, and a signal that comes
 * during a round causes one more after it. A round that throws is logged; the next one comes.
 *
 * <p>Thread-safe; rounds run on the scheduler's threads.
 */
public final class Rounds implements Component {
  private static final Logger log = LoggerFactory.getLogger(Rounds.class);

  /** How long {@link #close} waits for a round in progress. */
  private static final Duration LAST_ROUND = Duration.ofSeconds(10);

  private final String name;
  private final Duration period;
  private final Scheduler scheduler;
  private final Runnable round;
  private final AtomicBoolean wanted = new AtomicBoolean();
  private final ReentrantLock running = new ReentrantLock();
  private volatile @Nullable Timer timer;

  /**
   * @param name for the log
   */
  public Rounds(String name, Duration period, Scheduler scheduler, Runnable round) {
    this.name = name;
    this.period = period;
    this.scheduler = scheduler;
    this.round = round;
  }

  @Override
  public synchronized void start() {
    if (timer == null) {
      wanted.set(false);
      timer = scheduler.every(period, this::onPeriod);
      signal();
    }
  }

  /** There is work: a round begins at once, or right after the one in progress. Never blocks. */
  public void signal() {
    if (timer != null && !wanted.getAndSet(true)) {
      Timer _ = scheduler.after(Duration.ZERO, this::runWhileWanted);
    }
  }

  @Override
  public synchronized void close() {
    Timer ending = timer;
    if (ending == null) {
      return;
    }
    timer = null;
    ending.close();
    try {
      if (running.tryLock(LAST_ROUND.toNanos(), TimeUnit.NANOSECONDS)) {
        running.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void onPeriod() {
    wanted.set(true);
    runWhileWanted();
  }

  private void runWhileWanted() {
    // Whoever fails to get the lock has set the wish before, and the holder looks again after it.
    while (wanted.get() && timer != null && running.tryLock()) {
      try {
        if (wanted.getAndSet(false)) {
          round.run();
        }
      } catch (RuntimeException e) {
        log.atError().addKeyValue("rounds", name).setCause(e).log("round.failed");
      } finally {
        running.unlock();
      }
    }
  }
}
