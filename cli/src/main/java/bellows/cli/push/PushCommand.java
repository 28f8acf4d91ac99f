package bellows.cli.push;

import bellows.cli.api.Json;
import bellows.cli.command.Command;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import bellows.cli.terminal.Human;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "push",
    aliases = "p",
    description = "Push an app: send its source code, build it, run it.",
    footer = {
      "",
      "A manifest.yml in the current folder is used when it is there. CF_STAGING_TIMEOUT and",
      "CF_STARTUP_TIMEOUT (minutes) change how long to wait.",
      "",
      "Examples:",
      "  bellows push",
      "  bellows push shop -p target/shop.jar -m 512M",
      "  bellows push shop -b node -c 'node server.js' -i 2",
      "  bellows push -f deploy/manifest.yml --var host=shop --strategy rolling"
    })
final class PushCommand extends Command {
  @Parameters(arity = "0..1", paramLabel = "APP_NAME", description = "Name of the app.")
  private @Nullable String name;

  @Option(names = "-f", paramLabel = "FILE", description = "Manifest, or the folder it is in.")
  private @Nullable Path manifest;

  @Option(names = "--no-manifest", description = "Ignore a manifest in the current folder.")
  private boolean noManifest;

  @Option(names = "-p", paramLabel = "PATH", description = "Folder, jar, war or zip of the app.")
  private @Nullable Path path;

  @Option(names = "-b", paramLabel = "BUILDPACK", description = "Buildpack by name or git URL.")
  private List<String> buildpacks = new ArrayList<>();

  @Option(names = "-c", paramLabel = "COMMAND", description = "Start command; null resets it.")
  private @Nullable String command;

  @Option(names = "-i", paramLabel = "NUMBER", description = "Number of instances.")
  private @Nullable Integer instances;

  @Option(names = "-m", paramLabel = "SIZE", description = "Memory of each, such as 256M or 1G.")
  private @Nullable String memory;

  @Option(names = "-k", paramLabel = "SIZE", description = "Disk of each, such as 1G.")
  private @Nullable String disk;

  @Option(names = "-s", paramLabel = "STACK", description = "Stack to run on.")
  private @Nullable String stack;

  @Option(
      names = {"-u", "--health-check-type"},
      paramLabel = "TYPE",
      description = "Health check: port, http or process.")
  private @Nullable String healthCheck;

  @Option(names = "--endpoint", paramLabel = "PATH", description = "Path of the http check.")
  private @Nullable String endpoint;

  @Option(
      names = {"-t", "--app-start-timeout"},
      paramLabel = "SECONDS",
      description = "Time in which the app must listen.")
  private @Nullable Integer timeout;

  @Option(names = "--no-route", description = "Take all routes away and make none.")
  private boolean noRoute;

  @Option(names = "--random-route", description = "Make a route with a random host.")
  private boolean randomRoute;

  @Option(names = "--no-start", description = "Upload only; neither build nor run.")
  private boolean noStart;

  @Option(
      names = "--strategy",
      paramLabel = "STRATEGY",
      description = "rolling or canary: without interruption.")
  private @Nullable String strategy;

  @Option(names = "--var", paramLabel = "NAME=VALUE", description = "Value for ((NAME)).")
  private List<String> variables = new ArrayList<>();

  @Option(names = "--vars-file", paramLabel = "FILE", description = "YAML file of such values.")
  private List<Path> variableFiles = new ArrayList<>();

  @Override
  public void run(Session session) {
    checkFlags();
    Manifest chosen = manifest().choose(name);
    overrideByFlags(chosen);
    new Push(session, chosen, new Push.Options(noStart, strategy, scale())).run();
  }

  private void checkFlags() {
    if (noRoute && randomRoute) {
      throw CommandFailure.usage("--no-route and --random-route exclude each other");
    }
    if (noStart && strategy != null) {
      throw CommandFailure.usage("--no-start and --strategy exclude each other");
    }
    if (noManifest && manifest != null) {
      throw CommandFailure.usage("--no-manifest and -f exclude each other");
    }
  }

  private Manifest manifest() {
    Path file = noManifest ? null : manifestFile();
    if (file != null) {
      return Manifest.read(file, variables());
    }
    if (name == null) {
      throw CommandFailure.usage(
          "There is no manifest.yml here, so an APP_NAME is needed: bellows push APP_NAME");
    }
    return Manifest.ofName(name);
  }

  private @Nullable Path manifestFile() {
    if (manifest == null) {
      return Manifest.find(Path.of(""));
    }
    Path file = Files.isDirectory(manifest) ? Manifest.find(manifest) : manifest;
    if (file == null || !Files.isRegularFile(file)) {
      throw CommandFailure.of(
          "There is no manifest at '" + manifest + "'",
          "without -f, manifest.yml of this folder is taken where there is one.");
    }
    return file;
  }

  private Variables variables() {
    Variables values = new Variables();
    for (Path file : variableFiles) {
      if (!(Yaml.read(file) instanceof Map<?, ?> map)) {
        throw CommandFailure.of("'" + file + "' is not a map of variables");
      }
      map.forEach((key, value) -> values.put(String.valueOf(key), value));
    }
    for (String variable : variables) {
      int equals = variable.indexOf('=');
      if (equals < 1) {
        throw CommandFailure.usage("--var is NAME=VALUE, not '" + variable + "'");
      }
      values.put(variable.substring(0, equals), Yaml.scalar(variable.substring(equals + 1)));
    }
    return values;
  }

  private void overrideByFlags(Manifest chosen) {
    if (chosen.apps().size() > 1) {
      if (anyAppFlag()) {
        throw CommandFailure.usage(
            "Flags for one app cannot be used with a manifest of several: bellows push APP_NAME"
                + " picks one");
      }
      return;
    }
    Manifest.App app = chosen.apps().getFirst();
    if (path != null) {
      // Of the command line, so relative to where it was typed, not to the manifest.
      app.set("path", path.toAbsolutePath().toString());
    }
    if (!buildpacks.isEmpty()) {
      app.attributes().remove("buildpack");
      app.set(
          "buildpacks",
          buildpacks.stream().noneMatch(PushCommand::resets) ? buildpacks : List.of());
    }
    if (command != null) {
      app.set("command", resets(command) ? null : command);
    }
    set(app, "instances", instances);
    set(app, "memory", size("-m", memory));
    set(app, "disk_quota", size("-k", disk));
    set(app, "stack", stack);
    set(app, "health-check-type", healthCheck);
    set(app, "health-check-http-endpoint", endpoint);
    set(app, "timeout", timeout);
    if (noRoute) {
      app.attributes().remove("routes");
      app.set("no-route", true);
    }
    if (randomRoute) {
      app.set("random-route", true);
    }
  }

  private boolean anyAppFlag() {
    return path != null
        || !buildpacks.isEmpty()
        || command != null
        || instances != null
        || memory != null
        || disk != null
        || stack != null
        || healthCheck != null
        || endpoint != null
        || timeout != null
        || noRoute
        || randomRoute;
  }

  private static boolean resets(String value) {
    return value.equals("null") || value.equals("default");
  }

  private static void set(Manifest.App app, String key, @Nullable Object value) {
    if (value != null) {
      app.set(key, value);
    }
  }

  private static @Nullable String size(String option, @Nullable String size) {
    if (size != null && Human.parseMegabytes(size) < 0) {
      throw CommandFailure.usage(option + " is a size such as 256M or 1G, not '" + size + "'");
    }
    return size;
  }

  /** What a deployment is told instead of the manifest, so that old and new do not mix. */
  private Json scale() {
    return Json.object(
        "web_instances",
        instances,
        "memory_in_mb",
        memory == null ? null : Human.parseMegabytes(memory),
        "disk_in_mb",
        disk == null ? null : Human.parseMegabytes(disk),
        "log_rate_limit_in_bytes_per_second",
        null);
  }
}
