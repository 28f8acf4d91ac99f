package bellows.cli;

import bellows.cli.time.Time;
import java.time.Duration;
import java.time.Instant;

/** Waits take no time, but the clock goes on by them. */
final class FakeTime implements Time {
  static final Instant START = Instant.parse("2026-11-25T22:00:00Z");

  private Instant now = START;

  @Override
  public synchronized Instant now() {
    return now;
  }

  @Override
  public synchronized void pause(Duration howLong) {
    now = now.plus(howLong);
  }
}
