package bellows.warden;

import java.time.Duration;

/**
 * Where the time of a container's creation and start went.
 *
 * @param slot to get a prepared container, or to make all of it
 * @param mount to set its limits and show its files inside
 * @param exec to run its program
 * @param warm whether it is in a warm slot
 */
public record StartPhases(Duration slot, Duration mount, Duration exec, boolean warm) {
  public static final StartPhases NONE =
      new StartPhases(Duration.ZERO, Duration.ZERO, Duration.ZERO, false);

  public StartPhases executed(Duration took) {
    return new StartPhases(slot, mount, took, warm);
  }

  /** The same, but the prepared container had to be given up. */
  public StartPhases cold() {
    return new StartPhases(slot, mount, exec, false);
  }
}
