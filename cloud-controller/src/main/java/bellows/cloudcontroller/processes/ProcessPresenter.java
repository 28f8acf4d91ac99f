package bellows.cloudcontroller.processes;

import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.ResourceBody;
import bellows.cloudcontroller.apps.AppProcess;
import bellows.cloudcontroller.apps.AppProcess.HealthCheck;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the API shows a process (reference/api.md, section 4.2). */
final class ProcessPresenter {
  private static final String HIDDEN = "[PRIVATE DATA HIDDEN IN LISTS]";

  private ProcessPresenter() {}

  /** As shown alone; a process without a command has the empty one, as clients choke on null. */
  static ResourceBody body(AppProcess process, Links links) {
    String command = process.effectiveCommand();
    return body(process, links, command == null ? "" : command);
  }

  /** As shown in lists: a command may hold a secret. */
  static ResourceBody listed(AppProcess process, Links links) {
    return body(process, links, HIDDEN);
  }

  private static ResourceBody body(AppProcess process, Links links, String command) {
    String guid = process.guid();
    return ResourceBody.of(links, guid, process.createdAt(), process.updatedAt())
        .put("version", process.version())
        .put("type", process.type())
        .put("command", command)
        .put("user", process.user() == null ? "vcap" : process.user())
        .put("instances", process.instances())
        .put("memory_in_mb", process.memoryMb())
        .put("disk_in_mb", process.diskMb())
        .put("log_rate_limit_in_bytes_per_second", process.logRate())
        .put("health_check", check(process.healthCheck(), true))
        .put("readiness_health_check", check(process.readiness(), false))
        .toOne("app", process.app())
        .toOne("revision", null)
        .metadata(process.metadata())
        .link("self", "/v3/processes/%s", guid)
        .action("scale", "POST", "/v3/processes/%s/actions/scale", guid)
        .link("app", "/v3/apps/%s", process.app())
        .link("stats", "/v3/processes/%s/stats", guid)
        .link("process_instances", "/v3/processes/%s/process_instances", guid);
  }

  private static Map<String, Object> check(HealthCheck check, boolean withTimeout) {
    Map<String, @Nullable Object> data = new LinkedHashMap<>();
    if (withTimeout) {
      data.put("timeout", check.timeoutSeconds());
    }
    data.put("invocation_timeout", check.invocationTimeoutSeconds());
    data.put("interval", check.intervalSeconds());
    if (check.type().equals("http")) {
      data.put("endpoint", check.endpoint());
    }
    return Map.of("type", check.type(), "data", data);
  }
}
