package bellows.cloudcontroller.processes;

import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.apps.AppProcess.HealthCheckChange;
import bellows.cloudcontroller.apps.ProcessChange;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The bodies that change a process. */
final class ProcessFields {
  private static final int LONGEST_COMMAND = 4096;
  private static final int LONGEST_TIMEOUT = 180;
  private static final int MOST_INSTANCES = 2_000_000;
  private static final int MOST_MB = 1 << 30;
  private static final List<String> TYPES = List.of("port", "process", "http", "none");

  private ProcessFields() {}

  static ProcessChange scale(Fields fields) {
    return ProcessChange.scale(
        fields.integer("instances", 0, MOST_INSTANCES).orElse(null),
        fields.integer("memory_in_mb", 1, MOST_MB).orElse(null),
        fields.integer("disk_in_mb", 1, MOST_MB).orElse(null),
        fields.number("log_rate_limit_in_bytes_per_second", -1, Long.MAX_VALUE).orElse(null));
  }

  static ProcessChange update(Fields fields) {
    boolean reset = fields.isNull("command");
    Optional<String> command = fields.text("command", LONGEST_COMMAND);
    return new ProcessChange(
        reset,
        command.filter(text -> !text.isEmpty()).orElse(null),
        fields.nonBlankText("user", 255).orElse(null),
        null,
        null,
        null,
        null,
        check(fields, "health_check", true),
        check(fields, "readiness_health_check", false));
  }

  /** {@code none} is an old word for process. */
  private static HealthCheckChange check(Fields fields, String name, boolean withTimeout) {
    Optional<Fields> check = fields.object(name);
    if (check.isEmpty()) {
      return HealthCheckChange.NONE;
    }
    String type = check.get().oneOf("type", TYPES).orElse(null);
    Optional<Fields> data = check.get().object("data");
    if (data.isEmpty()) {
      return new HealthCheckChange(plain(type), null, null, null, null);
    }
    Optional<String> endpoint = data.get().text("endpoint", 1024);
    if (endpoint.isPresent() && !endpoint.get().startsWith("/")) {
      fields.fault("Health check endpoint must be a path that starts with /");
    }
    return new HealthCheckChange(
        plain(type),
        endpoint.orElse(null),
        withTimeout ? data.get().integer("timeout", 1, LONGEST_TIMEOUT).orElse(null) : null,
        data.get().integer("invocation_timeout", 1, Integer.MAX_VALUE).orElse(null),
        data.get().integer("interval", 1, Integer.MAX_VALUE).orElse(null));
  }

  private static @Nullable String plain(@Nullable String type) {
    return "none".equals(type) ? "process" : type;
  }
}
