package bellows.cli.time;

import bellows.cli.failure.CommandFailure;
import java.time.Duration;
import java.time.Instant;

/** Now, and waiting. */
public interface Time {
  Instant now();

  /** Returns early, with a {@link CommandFailure}, when the command is interrupted. */
  void pause(Duration howLong);

  /** The machine's own. */
  Time SYSTEM =
      new Time() {
        @Override
        public Instant now() {
          return Instant.now();
        }

        @Override
        public void pause(Duration howLong) {
          try {
            Thread.sleep(howLong);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.of("Interrupted");
          }
        }
      };
}
