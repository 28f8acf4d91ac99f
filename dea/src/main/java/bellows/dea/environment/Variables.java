package bellows.dea.environment;

import bellows.base.json.Json;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.ids.InstanceId;
import bellows.contracts.staging.StagingStart;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * The environment of an app and of a staging task (reference/messages.md, section 4.3). Values go
 * into the container's own description as they are: no shell reads them, so every character of them
 * stays what it is.
 */
public final class Variables {
  public static final String HOME = "/home/vcap";
  private static final String PATH = "/usr/local/bin:/usr/bin:/bin";
  private static final DateTimeFormatter STARTED_AT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss Z", Locale.ROOT);

  private Variables() {}

  /**
   * What an instance is told of itself.
   *
   * @param address of the host, which the routers reach
   * @param hostPort the placement's port there
   */
  public record Facts(
      InstanceId instance,
      String address,
      int hostPort,
      int containerPort,
      Instant startedAt,
      List<String> uris) {}

  /** The user's variables come last and win. */
  public static Map<String, String> ofInstance(StartInstance message, Facts facts) {
    Map<String, String> env = common(HOME + "/app", message.limits().mem());
    String port = Integer.toString(facts.containerPort());
    String index = Integer.toString(message.index());
    env.put("PWD", HOME + "/app");
    env.put("PORT", port);
    env.put("VCAP_APP_PORT", port);
    env.put("VCAP_APP_HOST", "0.0.0.0");
    env.put("INSTANCE_INDEX", index);
    env.put("INSTANCE_GUID", facts.instance().value());
    env.put("CF_INSTANCE_GUID", facts.instance().value());
    env.put("CF_INSTANCE_INDEX", index);
    env.put("CF_INSTANCE_IP", facts.address());
    env.put("CF_INSTANCE_PORT", Integer.toString(facts.hostPort()));
    env.put("CF_INSTANCE_ADDR", facts.address() + ":" + facts.hostPort());
    env.put(
        "CF_INSTANCE_PORTS",
        "[{\"external\":" + facts.hostPort() + ",\"internal\":" + facts.containerPort() + "}]");
    if (message.stack() != null) {
      env.put("CF_STACK", message.stack());
    }
    services(env, message.services());
    env.put("VCAP_APPLICATION", Json.text(vcapApplication(message, facts)));
    if (message.processType() != null) {
      env.put("CF_PROCESS_TYPE", message.processType());
    }
    user(env, message.env());
    return env;
  }

  /** The user's and the operator's variables come last and win. */
  public static Map<String, String> ofStaging(StagingStart message) {
    Map<String, String> env = common(HOME, message.memoryLimitMb());
    env.put("PWD", HOME + "/app");
    env.put("CF_STACK", message.stack());
    env.put("STAGING_TIMEOUT", Integer.toString(message.timeoutSeconds()));
    services(env, message.properties().services());
    env.put("VCAP_APPLICATION", message.properties().vcapApplication().toString());
    user(env, message.properties().environment());
    return env;
  }

  private static Map<String, String> common(String home, int memoryMb) {
    Map<String, String> env = new LinkedHashMap<>();
    env.put("HOME", home);
    env.put("USER", "vcap");
    env.put("LANG", "C.UTF-8");
    env.put("PATH", PATH);
    env.put("TMPDIR", HOME + "/tmp");
    env.put("MEMORY_LIMIT", memoryMb + "m");
    return env;
  }

  private static void services(Map<String, String> env, List<JsonNode> services) {
    env.put("VCAP_SERVICES", Services.byLabel(services));
    Services.databaseUrl(services).ifPresent(url -> env.put("DATABASE_URL", url));
  }

  private static void user(Map<String, String> env, List<String> assignments) {
    for (String assignment : assignments) {
      int equals = assignment.indexOf('=');
      // A zero byte ends a C string: the program would see another value than the user wrote.
      if (equals > 0 && assignment.indexOf('\0') < 0) {
        env.put(assignment.substring(0, equals), assignment.substring(equals + 1));
      }
    }
  }

  private static Map<String, Object> vcapApplication(StartInstance message, Facts facts) {
    Map<String, Object> application = new LinkedHashMap<>(message.vcapApplication());
    application.putIfAbsent("application_id", message.droplet().value());
    application.putIfAbsent("application_name", message.name());
    application.putIfAbsent("name", message.name());
    application.putIfAbsent("application_version", message.version().value());
    application.putIfAbsent("version", message.version().value());
    application.put("application_uris", facts.uris());
    application.put("uris", facts.uris());
    application.putIfAbsent(
        "limits",
        Map.of(
            "mem", message.limits().mem(),
            "disk", message.limits().disk(),
            "fds", message.limits().fds()));
    application.putIfAbsent("users", null);
    if (message.processId() != null) {
      application.putIfAbsent("process_id", message.processId());
    }
    if (message.processType() != null) {
      application.putIfAbsent("process_type", message.processType());
    }
    String startedAt = STARTED_AT.format(facts.startedAt().atOffset(ZoneOffset.UTC));
    long seconds = facts.startedAt().getEpochSecond();
    application.put("instance_id", facts.instance().value());
    application.put("instance_index", message.index());
    application.put("host", "0.0.0.0");
    application.put("port", facts.containerPort());
    application.put("started_at", startedAt);
    application.put("started_at_timestamp", seconds);
    application.put("start", startedAt);
    application.put("state_timestamp", seconds);
    return application;
  }
}
