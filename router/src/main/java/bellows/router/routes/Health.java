package bellows.router.routes;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What went wrong with an endpoint, or is just being done for it; there only once something was.
 * For every thread.
 */
final class Health {
  private static final long NEVER = Long.MIN_VALUE;

  private final AtomicLong wakingUntilNanos = new AtomicLong(NEVER);
  private volatile long failedUntilNanos;
  private volatile boolean failed;
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
    markFailed(untilNanos);
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

  void markFailed(long untilNanos) {
    failedUntilNanos = untilNanos;
    failed = true;
  }

  void clearFailure() {
    failed = false;
  }

  boolean isFailed(long now) {
    if (failed && now - failedUntilNanos >= 0) {
      failed = false;
    }
    return failed;
  }
}
