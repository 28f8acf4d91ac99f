package bellows.cloudcontroller.apps;

import bellows.cloudcontroller.api.Metadata;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A process of an app.
 *
 * @param version changes whenever what runs must be replaced
 * @param droplet what it runs; null before its app was first started
 * @param deployment set while a rolling deployment brings it in
 * @param command set by a person; wins over the detected one
 * @param detectedCommand from the droplet
 * @param logRate bytes per second, -1 without limit
 */
public record AppProcess(
    String guid,
    String app,
    String type,
    String version,
    @Nullable String droplet,
    @Nullable String deployment,
    @Nullable String command,
    @Nullable String detectedCommand,
    @Nullable String user,
    int instances,
    int memoryMb,
    int diskMb,
    long logRate,
    HealthCheck healthCheck,
    HealthCheck readiness,
    Metadata metadata,
    Instant createdAt,
    Instant updatedAt) {
  /** The type that routes lead to when nobody says otherwise. */
  public static final String WEB = "web";

  /**
   * @param timeoutSeconds how long a start may take; null is the platform's default
   * @param invocationTimeoutSeconds how long one check may take; null is the platform's default
   * @param intervalSeconds between checks; null is the platform's default
   */
  public record HealthCheck(
      String type,
      @Nullable String endpoint,
      @Nullable Integer timeoutSeconds,
      @Nullable Integer invocationTimeoutSeconds,
      @Nullable Integer intervalSeconds) {
    /** The check with the changes; only http has an endpoint. */
    public HealthCheck with(HealthCheckChange change) {
      String newType = change.type() == null ? type : change.type();
      boolean http = newType.equals("http");
      String path = change.endpoint() == null ? endpoint : change.endpoint();
      return new HealthCheck(
          newType,
          http ? (path == null ? "/" : path) : null,
          change.timeoutSeconds() == null ? timeoutSeconds : change.timeoutSeconds(),
          change.invocationTimeoutSeconds() == null
              ? invocationTimeoutSeconds
              : change.invocationTimeoutSeconds(),
          change.intervalSeconds() == null ? intervalSeconds : change.intervalSeconds());
    }
  }

  /** What to change; null leaves a part as it is. */
  public record HealthCheckChange(
      @Nullable String type,
      @Nullable String endpoint,
      @Nullable Integer timeoutSeconds,
      @Nullable Integer invocationTimeoutSeconds,
      @Nullable Integer intervalSeconds) {
    public static final HealthCheckChange NONE =
        new HealthCheckChange(null, null, null, null, null);
  }

  /** The command that a start uses; null leaves it to the droplet. */
  public @Nullable String effectiveCommand() {
    return command == null ? detectedCommand : command;
  }
}
