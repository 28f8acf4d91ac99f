package bellows.cloudcontroller.manifests;

import bellows.cloudcontroller.apps.AppProcess.HealthCheckChange;
import bellows.cloudcontroller.apps.EnvironmentRules;
import bellows.cloudcontroller.apps.ProcessChange;
import bellows.cloudcontroller.manifests.ManifestApp.ManifestProcess;
import bellows.cloudcontroller.manifests.ManifestApp.ManifestRoute;
import bellows.cloudcontroller.routes.RouteOption;
import bellows.cloudcontroller.sleep.SleepPolicy;
import bellows.contracts.routing.RouteUris;
import bellows.http.CfError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * From YAML to checked applications; all faults are told together (reference/api.md, section 5).
 */
final class ManifestParser {
  private static final List<String> FEATURES =
      List.of("ssh", "revisions", "file-based-vcap-services", "service-binding-k8s");
  private static final List<String> CHECK_TYPES = List.of("port", "process", "http", "none");
  private static final Pattern ROUTE =
      Pattern.compile("(?:\\*\\.)?[A-Za-z0-9_.-]+(?::\\d{1,5})?(?:/[^?#\\s]*)?");
  private static final int MOST_APPS = 100;
  private static final int LONGEST_COMMAND = 4096;
  private static final int MOST_INSTANCES = 2_000_000;
  private static final int LONGEST_TIMEOUT = 180;

  private ManifestParser() {}

  /**
   * @throws CfError 400 when it is no YAML, 422 when something in it is wrong
   */
  static List<ManifestApp> parse(byte[] body) {
    return parse(ManifestYaml.read(body));
  }

  static List<ManifestApp> parse(Map<String, Object> top) {
    Faults faults = new Faults();
    Object version = top.get("version");
    if (version != null && !version.equals(1)) {
      faults.add("version must be 1");
    }
    if (!(top.get("applications") instanceof List<?> list)
        || list.isEmpty()
        || list.size() > MOST_APPS) {
      faults.add("applications must be a list of 1 to " + MOST_APPS + " applications");
      faults.throwIfAny();
      return List.of();
    }
    List<ManifestApp> apps = new ArrayList<>();
    Set<String> names = new HashSet<>();
    int position = 0;
    for (Object element : list) {
      position++;
      if (!(element instanceof Map<?, ?> map)) {
        faults.add("For application at index %d: must be a mapping".formatted(position - 1));
        continue;
      }
      Faults own = new Faults();
      Map<String, Object> attributes = ManifestYaml.attributes(map);
      ManifestApp app = app(attributes, own);
      if (!app.name().isEmpty() && !names.add(app.name())) {
        own.add("the name is used twice in the manifest");
      }
      faults.addAll(
          app.name().isEmpty()
              ? "For application at index %d: ".formatted(position - 1)
              : "For application '%s': ".formatted(app.name()),
          own);
      apps.add(app);
    }
    faults.throwIfAny();
    return List.copyOf(apps);
  }

  private static ManifestApp app(Map<String, Object> values, Faults faults) {
    Attributes app = new Attributes(values, faults);
    String name = app.text("name", 255);
    if (name == null && faults.isEmpty()) {
      faults.add("name must be given");
    }
    if (app.has("docker") || "docker".equals(app.raw("lifecycle"))) {
      faults.add("docker images are not supported by this platform");
    } else if ("cnb".equals(app.raw("lifecycle"))) {
      faults.add("the lifecycle cnb is not supported by this platform");
    } else {
      app.oneOf("lifecycle", List.of("buildpack"));
    }
    Map<String, @Nullable String> env = app.scalars("env");
    env.keySet().forEach(key -> EnvironmentRules.fault(key).ifPresent(faults::add));
    boolean defaultRoute = app.flag("default-route");
    boolean randomRoute = app.flag("random-route");
    if (defaultRoute && randomRoute) {
      faults.add("random-route and default-route may not be used together");
    }
    Map<String, @Nullable String> labels = new LinkedHashMap<>();
    Map<String, @Nullable String> annotations = new LinkedHashMap<>();
    if (app.raw("metadata") instanceof Map<?, ?> metadata) {
      Attributes parts = new Attributes(ManifestYaml.attributes(metadata), faults);
      labels = parts.scalars("labels");
      annotations = parts.scalars("annotations");
    } else if (app.raw("metadata") != null) {
      faults.add("metadata must be a mapping");
    }
    SleepPolicy.faults(labels, annotations).forEach(faults::add);
    labels.putAll(SleepKeys.labels(app, faults));
    return new ManifestApp(
        name == null ? "" : name,
        buildpacks(app, faults),
        app.text("stack", 250),
        env,
        features(app, faults),
        routes(app, faults),
        app.flag("no-route"),
        randomRoute,
        defaultRoute,
        services(app, faults),
        labels,
        annotations,
        processes(app, values, faults));
  }

  private static @Nullable List<String> buildpacks(Attributes app, Faults faults) {
    if (app.has("buildpack") && app.has("buildpacks")) {
      faults.add("buildpack and buildpacks may not be used together");
    }
    if (app.has("buildpack")) {
      String one = app.text("buildpack", 1000);
      return one == null || isDetect(one) ? List.of() : List.of(one);
    }
    List<String> several = app.texts("buildpacks");
    if (several == null) {
      return app.isNull("buildpacks") ? List.of() : null;
    }
    return several.stream().anyMatch(ManifestParser::isDetect) ? List.of() : several;
  }

  private static boolean isDetect(String buildpack) {
    return buildpack.equals("default") || buildpack.equals("null");
  }

  private static Map<String, Boolean> features(Attributes app, Faults faults) {
    Map<String, Boolean> features = new LinkedHashMap<>();
    Object value = app.raw("features");
    if (value == null) {
      return features;
    }
    if (!(value instanceof Map<?, ?> map)) {
      faults.add("features must be a mapping");
      return features;
    }
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String feature = String.valueOf(entry.getKey());
      if (!FEATURES.contains(feature)) {
        faults.add("unknown feature '%s'".formatted(feature));
      } else if (entry.getValue() instanceof Boolean enabled) {
        features.put(feature, enabled);
      } else {
        faults.add("the feature '%s' must be true or false".formatted(feature));
      }
    }
    return features;
  }

  private static @Nullable List<ManifestRoute> routes(Attributes app, Faults faults) {
    Object value = app.raw("routes");
    if (value == null) {
      return null;
    }
    if (!(value instanceof List<?> list)) {
      faults.add("routes must be a list of route objects");
      return null;
    }
    List<ManifestRoute> routes = new ArrayList<>();
    for (Object element : list) {
      if (!(element instanceof Map<?, ?> map)
          || !(map.get("route") instanceof String route)
          || !ROUTE.matcher(route).matches()) {
        faults.add("routes must be a list of objects with a 'route' such as host.example.com/path");
        continue;
      }
      Attributes attributes = new Attributes(ManifestYaml.attributes(map), faults);
      routes.add(
          new ManifestRoute(
              route,
              attributes.oneOf("protocol", List.of("http1", "http2", "tcp")),
              options(route, attributes, faults)));
    }
    return routes;
  }

  private static Map<String, @Nullable String> options(
      String route, Attributes attributes, Faults faults) {
    Map<String, @Nullable String> options = attributes.switches("options");
    if (!options.isEmpty() && RouteUris.isTcp(route)) {
      faults.add("Route '%s': Options are not supported for TCP routes.".formatted(route));
    }
    options.forEach((key, value) -> {
      Optional<RouteOption> option = RouteOption.named(key);
      if (option.isEmpty()) {
        faults.add(
            "Route '%s' contains invalid route option '%s'. Valid keys: '%s'"
                .formatted(route, key, RouteOption.keys()));
      } else if (value != null && !option.get().allows(value)) {
        faults.add(
            "Cannot use %s value '%s' for Route '%s'; Valid values are: '%s'"
                .formatted(key, value, route, option.get().valid()));
      }
    });
    return options;
  }

  private static List<String> services(Attributes app, Faults faults) {
    List<String> names = new ArrayList<>();
    Object value = app.raw("services");
    if (value == null) {
      return names;
    }
    if (!(value instanceof List<?> list)) {
      faults.add("services must be a list");
      return names;
    }
    for (Object element : list) {
      if (element instanceof String name) {
        names.add(name);
      } else if (element instanceof Map<?, ?> map && map.get("name") instanceof String name) {
        names.add(name);
      } else {
        faults.add("services must be a list of names, or of objects with a name");
      }
    }
    return names;
  }

  private static List<ManifestProcess> processes(
      Attributes app, Map<String, Object> values, Faults faults) {
    Map<String, ManifestProcess> processes = new LinkedHashMap<>();
    Object listed = app.raw("processes");
    if (listed instanceof List<?> list) {
      for (Object element : list) {
        process(element, faults)
            .ifPresent(process -> {
              if (processes.put(process.type(), process) != null) {
                faults.add("Process \"%s\": the type is used twice".formatted(process.type()));
              }
            });
      }
    } else if (listed != null) {
      faults.add("processes must be a list");
    }
    // What stands at the top is about web, unless web has an entry of its own.
    if (!processes.containsKey("web")) {
      Faults own = new Faults();
      ProcessChange top = change(new Attributes(values, own), own);
      faults.addAll("Process \"web\": ", own);
      if (!top.equals(ProcessChange.NONE)) {
        processes.put("web", new ManifestProcess("web", top, Map.of()));
      }
    }
    return List.copyOf(processes.values());
  }

  private static Optional<ManifestProcess> process(@Nullable Object element, Faults faults) {
    if (!(element instanceof Map<?, ?> map)
        || !(map.get("type") instanceof String type)
        || type.isEmpty()
        || type.length() > 255) {
      faults.add("every process must be a mapping with a type");
      return Optional.empty();
    }
    Faults own = new Faults();
    Attributes process = new Attributes(ManifestYaml.attributes(map), own);
    ManifestProcess wanted =
        new ManifestProcess(type, change(process, own), SleepKeys.labels(process, own));
    faults.addAll("Process \"%s\": ".formatted(type), own);
    return Optional.of(wanted);
  }

  private static ProcessChange change(Attributes process, Faults faults) {
    boolean reset =
        process.isNull("command")
            || "null".equals(process.raw("command"))
            || "default".equals(process.raw("command"));
    HealthCheckChange health = check(process, "health-check", faults);
    return new ProcessChange(
        reset,
        reset ? null : process.text("command", LONGEST_COMMAND),
        process.text("user", 255),
        process.integer("instances", 0, MOST_INSTANCES),
        process.megabytes("memory"),
        process.megabytes("disk-quota"),
        process.byteRate("log-rate-limit-per-second"),
        new HealthCheckChange(
            health.type(),
            health.endpoint(),
            process.integer("timeout", 1, LONGEST_TIMEOUT),
            health.invocationTimeoutSeconds(),
            health.intervalSeconds()),
        check(process, "readiness-health-check", faults));
  }

  /** {@code none} is an old word for process. */
  private static HealthCheckChange check(Attributes process, String prefix, Faults faults) {
    String type = process.oneOf(prefix + "-type", CHECK_TYPES);
    String endpoint = process.text(prefix + "-http-endpoint", 1024);
    if (endpoint != null && !endpoint.startsWith("/")) {
      faults.add(prefix + "-http-endpoint must be a path that starts with /");
    }
    if (endpoint != null && type != null && !type.equals("http")) {
      faults.add(prefix + "-type must be http to set an endpoint");
    }
    return new HealthCheckChange(
        "none".equals(type) ? "process" : type,
        endpoint,
        null,
        process.integer(prefix + "-invocation-timeout", 1, Integer.MAX_VALUE),
        process.integer(prefix + "-interval", 1, Integer.MAX_VALUE));
  }
}
