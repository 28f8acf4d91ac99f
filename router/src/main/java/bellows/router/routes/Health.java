package bellows.router.routes;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What went wrong with an endpoint, or is just being done for it; there only once something was.
 * For every thread.
 */
final class Health {
  private static final long NEVER = Long.MIN_VALUE;

  /** After one failure; doubled with each further one in a row. */
  private static final long FIRST_PAUSE_NANOS = 1_000_000_000L;

  private static final int MOST_DOUBLINGS = 20;

  private final AtomicLong wakingUntilNanos = new AtomicLong(NEVER);
  private volatile long failedUntilNanos;
  private volatile boolean failed;
  private volatile int failures;
  private long pauseNanos;
  private boolean trial;
  private volatile long wakeFailedUntilNanos = NEVER;

  boolean beginWake(long now, long untilNanos) {
    long before = wakingUntilNanos.get();
    return !isWithin(before, now) && wakingUntilNanos.compareAndSet(before, untilNanos);
  }

  void endWake() {
    wakingUntilNanos.set(NEVER);
  }

  void failWake(long untilNanos) {
    endWake();
    wakeFailedUntilNanos = untilNanos;
    failedUntilNanos = untilNanos;
    failed = true;
  }

  boolean hasFailedToWake(long now) {
    return isWithin(wakeFailedUntilNanos, now);
  }

  boolean isWaking(long now) {
    return isWithin(wakingUntilNanos.get(), now);
  }

  private static boolean isWithin(long until, long now) {
    return until != NEVER && now - until < 0;
  }

  /** Rare, so a lock is no matter: what fails together is to count once. */
  synchronized void fail(long now, long longestPauseNanos) {
    if (trial || !isFailed(now)) {
      trial = false;
      pauseNanos =
          Math.min(longestPauseNanos, FIRST_PAUSE_NANOS << Math.min(failures, MOST_DOUBLINGS));
      failures = failures + 1;
      failedUntilNanos = now + pauseNanos;
      failed = true;
    }
  }

  /** Whoever comes while one request tries whether it serves again shall keep away. */
  void beginTrial(long now) {
    if (failures != 0) {
      synchronized (this) {
        trial = true;
        failedUntilNanos = now + pauseNanos;
        failed = true;
      }
    }
  }

  void succeed() {
    if (failures != 0) {
      synchronized (this) {
        trial = false;
        failures = 0;
        failed = false;
      }
    }
  }

  void clearFailure() {
    failed = false;
  }

  boolean isFailed(long now) {
    return failed && now - failedUntilNanos < 0;
  }
}
