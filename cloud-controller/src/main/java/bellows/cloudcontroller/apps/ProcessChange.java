package bellows.cloudcontroller.apps;

import bellows.cloudcontroller.apps.AppProcess.HealthCheckChange;
import org.jspecify.annotations.Nullable;

/**
 * What to change of a process; null leaves a part as it is.
 *
 * @param resetCommand true goes back to the command that the droplet brings
 * @param logRate bytes per second, -1 without limit
 */
public record ProcessChange(
    boolean resetCommand,
    @Nullable String command,
    @Nullable String user,
    @Nullable Integer instances,
    @Nullable Integer memoryMb,
    @Nullable Integer diskMb,
    @Nullable Long logRate,
    HealthCheckChange healthCheck,
    HealthCheckChange readiness) {
  /** Changes nothing. */
  public static final ProcessChange NONE =
      new ProcessChange(
          false,
          null,
          null,
          null,
          null,
          null,
          null,
          HealthCheckChange.NONE,
          HealthCheckChange.NONE);

  /** Only the size: what scale may change. */
  public static ProcessChange scale(
      @Nullable Integer instances,
      @Nullable Integer memoryMb,
      @Nullable Integer diskMb,
      @Nullable Long logRate) {
    return new ProcessChange(
        false,
        null,
        null,
        instances,
        memoryMb,
        diskMb,
        logRate,
        HealthCheckChange.NONE,
        HealthCheckChange.NONE);
  }
}
