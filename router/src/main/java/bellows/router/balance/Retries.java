package bellows.router.balance;

import java.time.Duration;

/**
 * How far one request is followed up when attempts at it fail. How many requests of a route are
 * followed up at all, that route's budget says.
 *
 * @param attempts at one request, the first included
 * @param within no attempt begins later than this after the request came; waiting for a sleeping
 *     instance does not count
 */
public record Retries(int attempts, Duration within) {
  /** Time for three endpoints that do not take the call. */
  public static final Retries DEFAULT = new Retries(3, Duration.ofSeconds(15));

  public Retries {
    if (attempts < 1) {
      throw new IllegalArgumentException("router.max_attempts must be at least 1: " + attempts);
    }
    if (!within.isPositive()) {
      throw new IllegalArgumentException("retries must have some time: " + within);
    }
  }
}
