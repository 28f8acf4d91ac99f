package bellows.base.time.testing;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for a condition, never for a time. */
public final class Eventually {
  private Eventually() {}

  /**
   * Returns when {@code condition} holds; an {@code AssertionError} naming {@code what} after 10 s.
   */
  public static void until(String what, BooleanSupplier condition) {
    until(what, Duration.ofSeconds(10), condition);
  }

  /** As {@link #until(String, BooleanSupplier)} with another bound. */
  public static void until(String what, Duration bound, BooleanSupplier condition) {
    long deadline = System.nanoTime() + bound.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + bound + ": " + what);
      }
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting: " + what, e);
      }
    }
  }
}
