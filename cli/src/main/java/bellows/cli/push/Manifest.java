package bellows.cli.push;

import bellows.cli.failure.CommandFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is to be pushed.
 *
 * @param file null when it was made from the command line alone
 */
record Manifest(@Nullable Path file, List<App> apps) {

  /**
   * One application of it. Attributes keep the file's order and names; only those that the client
   * itself uses are known here, the rest is the API's business.
   */
  record App(Map<String, @Nullable Object> attributes) {
    String name() {
      return String.valueOf(attributes.get("name"));
    }

    /** Changes one attribute, whichever spelling the file has. */
    void set(String key, @Nullable Object value) {
      attributes.remove(key.replace('-', '_'));
      attributes.remove(key.replace('_', '-'));
      attributes.put(key, value);
    }

    boolean has(String key) {
      return attributes.containsKey(key) || attributes.containsKey(key.replace('-', '_'));
    }

    boolean isTrue(String key) {
      return Boolean.TRUE.equals(attributes.get(key))
          || Boolean.TRUE.equals(attributes.get(key.replace('-', '_')));
    }
  }

  /** The manifest in {@code folder}, if it has one. */
  static @Nullable Path find(Path folder) {
    for (String name : List.of("manifest.yml", "manifest.yaml")) {
      Path file = folder.resolve(name);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    return null;
  }

  /** Of an app that only the command line describes. */
  static Manifest ofName(String name) {
    Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
    attributes.put("name", name);
    return new Manifest(null, List.of(new App(attributes)));
  }

  /** Reads and checks {@code file}. */
  static Manifest read(Path file, Variables variables) {
    Object tree = variables.fillIn(Yaml.read(file));
    if (!(tree instanceof Map<?, ?> top)
        || !(top.get("applications") instanceof List<?> listed)
        || listed.isEmpty()) {
      throw invalid(file, "it must have a list 'applications' with one app at least");
    }
    List<App> apps = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    for (Object item : listed) {
      if (!(item instanceof Map<?, ?> map)) {
        throw invalid(file, "each entry of 'applications' must be a map of attributes");
      }
      Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
      map.forEach((key, value) -> attributes.put(String.valueOf(key), value));
      App app = new App(attributes);
      if (app.has("name") && !names.add(app.name())) {
        throw invalid(file, "the app name '" + app.name() + "' comes twice");
      }
      apps.add(app);
    }
    return new Manifest(file, apps);
  }

  private static CommandFailure invalid(Path file, String why) {
    return CommandFailure.of("The manifest '" + file + "' is not valid: " + why);
  }

  /**
   * The part of it that {@code name} asks for.
   *
   * @param name null for everything
   */
  Manifest choose(@Nullable String name) {
    if (name == null) {
      apps.forEach(this::requireName);
      return this;
    }
    if (apps.size() == 1) {
      apps.getFirst().set("name", name);
      return this;
    }
    List<App> chosen = apps.stream().filter(app -> app.name().equals(name)).toList();
    if (chosen.isEmpty()) {
      throw CommandFailure.of(
          "Could not find app named '" + name + "' in manifest '" + file + "'",
          "it has " + String.join(", ", apps.stream().map(App::name).toList()) + ".");
    }
    return new Manifest(file, chosen);
  }

  private void requireName(App app) {
    if (app.attributes().get("name") == null) {
      throw CommandFailure.of(
          "An app in '" + file + "' has no name", "add 'name:', or 'bellows push APP_NAME'.");
    }
  }

  /** Where the source code of {@code app} lies. */
  Path source(App app) {
    Object path = app.attributes().get("path");
    Path here = Path.of("").toAbsolutePath();
    if (path == null) {
      return here;
    }
    Path folder = file == null ? here : file.toAbsolutePath().getParent();
    return folder == null ? Path.of(path.toString()) : folder.resolve(path.toString()).normalize();
  }

  /** As the API takes it: without what is the client's alone. */
  String toYaml() {
    List<Map<String, @Nullable Object>> sent = new ArrayList<>();
    for (App app : apps) {
      Map<String, @Nullable Object> attributes = new LinkedHashMap<>(app.attributes());
      attributes.remove("path");
      boolean routed =
          app.has("routes")
              || app.isTrue("no-route")
              || app.isTrue("random-route")
              || app.has("default-route");
      if (!routed) {
        attributes.put("default-route", true);
      }
      sent.add(attributes);
    }
    Map<String, Object> top = new LinkedHashMap<>();
    top.put("version", 1);
    top.put("applications", sent);
    return Yaml.write(top);
  }
}
