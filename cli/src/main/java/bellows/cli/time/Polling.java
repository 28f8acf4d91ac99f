package bellows.cli.time;

import java.time.Duration;
import java.time.Instant;

/**
 * The rhythm of asking a server whether something is done: quick at first, because most things are
 * done at once, then slower, with a deadline.
 */
public final class Polling {
  private static final Duration FIRST = Duration.ofMillis(60);
  private static final Duration SLOWEST = Duration.ofSeconds(1);

  private final Time time;
  private final Instant deadline;
  private Duration next = FIRST;

  public Polling(Time time, Duration atMost) {
    this.time = time;
    this.deadline = time.now().plus(atMost);
  }

  /** Waits for the next look; false, at once, when the time is up. */
  public boolean again() {
    if (!time.now().isBefore(deadline)) {
      return false;
    }
    time.pause(next);
    Duration slower = next.multipliedBy(3).dividedBy(2);
    next = slower.compareTo(SLOWEST) < 0 ? slower : SLOWEST;
    return true;
  }
}
