package bellows.cloudcontroller.manifests;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What applying a manifest would change: only keys that the manifest has are compared, lists of
 * things with a name by that name, sizes by their value. Pure.
 */
final class ManifestDiff {
  private static final Map<String, String> NAMED_BY =
      Map.of("processes", "type", "routes", "route", "sidecars", "name");
  private static final Set<String> SIZES = Set.of("memory", "disk-quota");

  private static final Set<String> AS_THEY_ARE = Set.of("env", "labels", "annotations", "options");

  /** What stands at the top, but is about the web process. */
  private static final Set<String> OF_WEB =
      Set.of(
          "command",
          "user",
          "instances",
          "memory",
          "disk-quota",
          "log-rate-limit-per-second",
          "health-check-type",
          "health-check-http-endpoint",
          "health-check-invocation-timeout",
          "health-check-interval",
          "readiness-health-check-type",
          "readiness-health-check-http-endpoint",
          "readiness-health-check-invocation-timeout",
          "readiness-health-check-interval",
          "timeout");

  private static final Set<String> OF_APP =
      Set.of(
          "name",
          "env",
          "lifecycle",
          "buildpacks",
          "stack",
          "features",
          "routes",
          "metadata",
          "processes",
          "services",
          "sidecars",
          "sleep-after",
          "max-lifetime",
          "concurrency",
          "wake-page",
          "start-asleep",
          "wake-on-connect");

  private final List<Map<String, Object>> changes = new ArrayList<>();

  private ManifestDiff() {}

  /**
   * @param sent one application of the manifest
   * @param current the app as exported; empty when there is none yet
   * @param position of the application in the manifest, from 0
   */
  static List<Map<String, Object>> of(
      Map<String, Object> sent, Map<String, Object> current, int position) {
    ManifestDiff diff = new ManifestDiff();
    Map<String, Object> there = dashed(current);
    Map<String, Object> web = named(there.get("processes"), "type").getOrDefault("web", Map.of());
    for (Map.Entry<String, Object> entry : sent.entrySet()) {
      String key = entry.getKey().replace('_', '-');
      String path = "/applications/" + position + "/" + escaped(entry.getKey());
      if (OF_APP.contains(key)) {
        diff.compare(key, path, entry.getValue(), there.get(key));
      } else if (OF_WEB.contains(key)) {
        diff.compare(key, path, entry.getValue(), web.get(key));
      }
    }
    return List.copyOf(diff.changes);
  }

  private void compare(String key, String path, @Nullable Object sent, @Nullable Object current) {
    String name = NAMED_BY.get(key);
    if (name != null && sent instanceof List<?> list) {
      compareNamed(name, path, list, named(current, name));
    } else if (sent instanceof Map<?, ?> map) {
      Map<String, Object> there =
          current instanceof Map<?, ?> had ? dashedIfAttributes(key, had) : Map.of();
      ManifestYaml.stringKeys(map)
          .forEach((inner, value) ->
              compare(
                  inner,
                  path + "/" + escaped(inner),
                  key.equals("options") && value != null ? Attributes.onOrOff(value) : value,
                  there.get(inner)));
    } else if (!same(key, sent, current)) {
      note(path, sent, current);
    }
  }

  private void compareNamed(
      String name, String path, List<?> sent, Map<String, Map<String, Object>> current) {
    for (int i = 0; i < sent.size(); i++) {
      if (!(sent.get(i) instanceof Map<?, ?> map)) {
        continue;
      }
      Map<String, Object> element = ManifestYaml.stringKeys(map);
      String place = path + "/" + i;
      Map<String, Object> there = current.get(String.valueOf(element.get(name)));
      if (there == null) {
        note(place, element, null);
      } else {
        element.forEach((key, value) -> {
          String plain = key.replace('_', '-');
          compare(plain, place + "/" + escaped(key), value, there.get(plain));
        });
      }
    }
  }

  private void note(String path, @Nullable Object sent, @Nullable Object current) {
    Map<String, Object> change = new LinkedHashMap<>();
    if (sent == null) {
      if (current == null) {
        return;
      }
      change.put("op", "remove");
      change.put("path", path);
      change.put("was", current);
    } else if (current == null) {
      change.put("op", "add");
      change.put("path", path);
      change.put("value", sent);
    } else {
      change.put("op", "replace");
      change.put("path", path);
      change.put("was", current);
      change.put("value", sent);
    }
    changes.add(change);
  }

  private static boolean same(String key, @Nullable Object sent, @Nullable Object current) {
    if (sent == null || current == null) {
      return Objects.equals(sent, current);
    }
    if (SIZES.contains(key)) {
      return MemorySize.megabytes(sent.toString()).equals(MemorySize.megabytes(current.toString()));
    }
    if (key.equals("log-rate-limit-per-second")) {
      return sent.toString().equals(current.toString())
          || (!sent.toString().startsWith("-")
              && MemorySize.bytes(sent.toString()).equals(MemorySize.bytes(current.toString())));
    }
    return sent instanceof List<?>
        ? sent.equals(current)
        : sent.toString().equals(current.toString());
  }

  private static Map<String, Map<String, Object>> named(@Nullable Object list, String name) {
    Map<String, Map<String, Object>> byName = new LinkedHashMap<>();
    if (list instanceof List<?> elements) {
      for (Object element : elements) {
        if (element instanceof Map<?, ?> map) {
          byName.put(String.valueOf(map.get(name)), ManifestYaml.attributes(map));
        }
      }
    }
    return byName;
  }

  private static Map<String, Object> dashed(Map<String, Object> map) {
    return ManifestYaml.attributes(map);
  }

  /** Names of variables and labels are the user's own; those of options have underscores only. */
  private static Map<String, Object> dashedIfAttributes(String key, Map<?, ?> map) {
    return AS_THEY_ARE.contains(key) ? ManifestYaml.stringKeys(map) : ManifestYaml.attributes(map);
  }

  /** JSON pointer, RFC 6901. */
  private static String escaped(String key) {
    return key.replace("~", "~0").replace("/", "~1");
  }
}
