package bellows.dea.instances;

import java.time.Duration;

/**
 * When a crashed instance is started again: the first ones at once, then later and later
 * (reference/messages.md, section 3.4). Pure.
 */
final class CrashBackoff {
  private static final int AT_ONCE = 3;
  private static final Duration FIRST = Duration.ofSeconds(30);
  private static final Duration LONGEST = Duration.ofMinutes(16);
  private static final int DOUBLINGS = 5;

  /** An instance that was healthy for so long owes nothing for what it did before. */
  private static final Duration FORGIVEN_AFTER = Duration.ofMinutes(5);

  private static final double SPREAD = 0.1;

  private CrashBackoff() {}

  /** Crashes in a row, this one included. */
  static int count(int before, Duration healthyFor) {
    return healthyFor.compareTo(FORGIVEN_AFTER) >= 0 ? 1 : before + 1;
  }

  /**
   * @param crashes in a row, at least 1
   * @param random from 0 to 1: spreads the restarts of what crashed together
   */
  static Duration delay(int crashes, double random) {
    if (crashes <= AT_ONCE) {
      return Duration.ZERO;
    }
    Duration base = FIRST.multipliedBy(1L << Math.min(crashes - AT_ONCE - 1, DOUBLINGS));
    Duration bounded = base.compareTo(LONGEST) > 0 ? LONGEST : base;
    return bounded.plusMillis((long) (bounded.toMillis() * SPREAD * (2 * random - 1)));
  }
}
