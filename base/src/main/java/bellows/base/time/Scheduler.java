package bellows.base.time;

import java.time.Duration;
import java.time.Instant;

/** Clock and timers. Production code reads time only here, so that a test can own it. */
public interface Scheduler {
  /** The wall clock, for what people and other machines see. */
  Instant now();

  /** A clock that never jumps, in nanoseconds from an arbitrary start; for durations. */
  long nanoTime();

  /**
   * Runs {@code task} each {@code period}, first within one period; never twice at once. A task
   * that throws is logged and runs again.
   */
  Timer every(Duration period, Runnable task);

  /** Runs {@code task} once after {@code delay}. */
  Timer after(Duration delay, Runnable task);

  /** A running timer. */
  interface Timer extends AutoCloseable {
    /** Cancels; a run in progress ends by itself. */
    @Override
    void close();
  }
}
