package bellows.dea.health;

import bellows.contracts.dea.StartInstance;
import bellows.contracts.dea.StartInstance.HealthCheck;
import java.time.Duration;

/**
 * How an instance is checked, from its start message and the defaults. Pure.
 *
 * @param startLimit until the first success
 * @param interval between two checks of a healthy instance
 */
public record HealthPlan(
    HealthCheck check, int containerPort, Duration startLimit, Duration interval) {
  private static final Duration LONGEST_START = Duration.ofMinutes(3);
  private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(30);

  /**
   * @param defaultLimit for apps that name none
   */
  public static HealthPlan of(StartInstance message, int containerPort, Duration defaultLimit) {
    // A historic controller names no check: an app with routes is asked at its port.
    HealthCheck check =
        message.healthCheck() != null
            ? message.healthCheck()
            : new HealthCheck(message.uris().isEmpty() ? "process" : "port", null, null, null);
    Duration interval =
        check.intervalSeconds() == null
            ? DEFAULT_INTERVAL
            : Duration.ofSeconds(Math.max(1, check.intervalSeconds()));
    return new HealthPlan(check, containerPort, startLimit(message, defaultLimit), interval);
  }

  /** What looks. */
  HealthProbe probe() {
    return HealthProbes.of(check, containerPort);
  }

  /** What a start that took too long did not do, for the app's owner. */
  public String notInTime() {
    return "Instance never became healthy after "
        + startLimit.toSeconds()
        + " s: "
        + missed()
        + ". The app must listen on 0.0.0.0 at the port in $PORT ("
        + containerPort
        + ")";
  }

  /** What a failed check saw, for the app's owner. */
  public String missed() {
    return "http".equals(check.type())
        ? "GET "
            + (check.endpoint() == null ? "/" : check.endpoint())
            + " on port "
            + containerPort
            + " gave no 2xx answer"
        : "nothing listens on port " + containerPort;
  }

  private static Duration startLimit(StartInstance message, Duration defaultLimit) {
    Integer seconds = message.healthCheckTimeoutSeconds();
    if (seconds == null || seconds < 1) {
      return defaultLimit;
    }
    Duration wanted = Duration.ofSeconds(seconds);
    return wanted.compareTo(LONGEST_START) > 0 ? LONGEST_START : wanted;
  }
}
