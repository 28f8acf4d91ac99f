package bellows.cloudcontroller.manifests;

import bellows.base.json.Json;
import bellows.cloudcontroller.apps.App;
import bellows.cloudcontroller.apps.AppProcess;
import bellows.cloudcontroller.apps.AppProcess.HealthCheck;
import bellows.cloudcontroller.apps.BuildpackAddress;
import bellows.cloudcontroller.routes.AppRoute;
import bellows.cloudcontroller.routes.Destination;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/** An app as a manifest would write it; to apply that changes nothing. Pure. */
final class ManifestExport {
  private static final TypeReference<LinkedHashMap<String, String>> OPTIONS =
      new TypeReference<>() {};

  private ManifestExport() {}

  /** One application, keys in the order in which people expect them; what is unset is left out. */
  static Map<String, Object> application(
      App app, Map<String, String> env, List<AppRoute> routes, List<AppProcess> processes) {
    Map<String, Object> exported = new LinkedHashMap<>();
    exported.put("name", app.name());
    if (!env.isEmpty()) {
      exported.put("env", env);
    }
    exported.put("lifecycle", "buildpack");
    if (!app.buildpacks().isEmpty()) {
      exported.put("buildpacks", BuildpackAddress.withoutSecrets(app.buildpacks()));
    }
    exported.put("stack", app.stack());
    exported.put("features", Map.of("ssh", app.sshEnabled(), "revisions", app.revisionsEnabled()));
    if (!routes.isEmpty()) {
      exported.put("routes", routes.stream().map(route -> route(route, app.guid())).toList());
    }
    SleepKeys.export(exported, app.metadata());
    Map<String, Object> metadata = new LinkedHashMap<>();
    putUnlessEmpty(metadata, "labels", SleepKeys.others(app.metadata().labels()));
    putUnlessEmpty(metadata, "annotations", app.metadata().annotations());
    putUnlessEmpty(exported, "metadata", metadata);
    exported.put("processes", processes(processes));
    return exported;
  }

  private static void putUnlessEmpty(Map<String, Object> into, String key, Map<String, ?> value) {
    if (!value.isEmpty()) {
      into.put(key, value);
    }
  }

  private static Map<String, Object> route(AppRoute route, String app) {
    Map<String, Object> exported = new LinkedHashMap<>();
    exported.put("route", route.url());
    exported.put(
        "protocol",
        route.destinations().stream()
            .filter(destination -> destination.appGuid().equals(app))
            .map(Destination::protocol)
            .findFirst()
            .orElse("http1"));
    if (route.options() != null) {
      exported.put("options", Json.read(route.options(), OPTIONS));
    }
    return exported;
  }

  /** A deployment's process is not there yet, as far as manifests are concerned. */
  private static List<Map<String, Object>> processes(List<AppProcess> processes) {
    List<Map<String, Object>> exported = new ArrayList<>();
    for (AppProcess process : processes) {
      if (process.deployment() == null) {
        exported.add(process(process));
      }
    }
    return exported;
  }

  private static Map<String, Object> process(AppProcess process) {
    Map<String, Object> exported = new LinkedHashMap<>();
    exported.put("type", process.type());
    exported.put("instances", process.instances());
    exported.put("memory", process.memoryMb() + "M");
    exported.put("disk_quota", process.diskMb() + "M");
    exported.put(
        "log-rate-limit-per-second", process.logRate() < 0 ? "-1" : process.logRate() + "B");
    putIfPresent(exported, "command", process.command());
    putIfPresent(exported, "user", process.user());
    check(exported, "health-check", process.healthCheck());
    putIfPresent(exported, "timeout", process.healthCheck().timeoutSeconds());
    check(exported, "readiness-health-check", process.readiness());
    SleepKeys.export(exported, process.metadata());
    return exported;
  }

  private static void check(Map<String, Object> into, String prefix, HealthCheck check) {
    into.put(prefix + "-type", check.type());
    putIfPresent(into, prefix + "-http-endpoint", check.endpoint());
    putIfPresent(into, prefix + "-invocation-timeout", check.invocationTimeoutSeconds());
    putIfPresent(into, prefix + "-interval", check.intervalSeconds());
  }

  private static void putIfPresent(Map<String, Object> into, String key, @Nullable Object value) {
    if (value != null) {
      into.put(key, value);
    }
  }
}
