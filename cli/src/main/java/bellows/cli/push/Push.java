package bellows.cli.push;

import bellows.cli.api.Api;
import bellows.cli.api.ApiException;
import bellows.cli.api.Call;
import bellows.cli.api.Json;
import bellows.cli.apps.AppSummary;
import bellows.cli.apps.Apps;
import bellows.cli.apps.Deployment;
import bellows.cli.apps.Staging;
import bellows.cli.apps.Startup;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import bellows.cli.terminal.Terminal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The steps of a push (reference/api.md, section 3.3), each app after the other. */
final class Push {
  /**
   * How to push.
   *
   * @param strategy null to stop the old instances first
   * @param scale what a deployment changes beside the code
   */
  record Options(boolean noStart, @Nullable String strategy, Json scale) {}

  private static final String YAML = "application/x-yaml";

  /** A manifest's attribute, and the deployment's option that takes its place. */
  private static final Map<String, String> SCALING =
      Map.of("instances", "web_instances", "memory", "memory_in_mb", "disk_quota", "disk_in_mb");

  private final Session session;
  private final Api api;
  private final Terminal terminal;
  private final Manifest manifest;
  private final Options options;

  Push(Session session, Manifest manifest, Options options) {
    this.session = session;
    this.api = session.api();
    this.terminal = session.terminal();
    this.manifest = manifest;
    this.options = options;
  }

  void run() {
    String names =
        manifest.apps().stream()
            .map(app -> terminal.style().name(app.name()))
            .collect(Collectors.joining(", "));
    boolean one = manifest.apps().size() == 1;
    terminal.line(
        (one ? "Pushing app " : "Pushing apps ") + names + " to " + session.where() + "...");
    // A wrong path is told before anything is changed.
    manifest.apps().forEach(this::requireSource);
    if (options.strategy() != null) {
      Deployment.Strategy.of(options.strategy());
    }
    apply();
    for (Manifest.App app : manifest.apps()) {
      push(app);
    }
  }

  private void requireSource(Manifest.App app) {
    Path source = manifest.source(app);
    if (!Files.exists(source)) {
      throw CommandFailure.of(
          "There is no '" + source + "' to push as app '" + app.name() + "'",
          "the app's folder or archive is named with -p, or 'path' in the manifest.");
    }
  }

  private void apply() {
    if (manifest.file() != null) {
      terminal.line("Applying manifest file " + manifest.file().toAbsolutePath() + "...");
      terminal.line();
    }
    withoutScalingOfRunningApps();
    String space = "/v3/spaces/" + session.space().guid();
    Call.Body yaml = Call.Body.Bytes.of(manifest.toYaml());
    terminal.line("Updating with these attributes...");
    try {
      List<Json> diff = api.send("POST", space + "/manifest_diff", YAML, yaml).json().items("diff");
      ManifestDiff.lines(diff, manifest.apps(), terminal.style()).forEach(terminal::line);
    } catch (ApiException e) {
      if (e.status() == 422 || e.status() == 400) {
        throw e; // applying it would say the same
      }
      terminal.warn("The changes cannot be shown: " + e.detail());
    }
    api.await(api.send("POST", space + "/actions/apply_manifest", YAML, yaml));
    terminal.line("Manifest applied");
  }

  /** A deployment gives the new size to the new instances; the old ones keep theirs till then. */
  private void withoutScalingOfRunningApps() {
    if (options.strategy() == null || manifest.apps().size() != 1) {
      return;
    }
    Manifest.App app = manifest.apps().getFirst();
    boolean running =
        new Apps(session)
            .find(app.name())
            .filter(found -> found.text("state").equals("STARTED"))
            .isPresent();
    if (running) {
      SCALING.forEach((attribute, option) -> {
        if (options.scale().at(option).present()) {
          app.attributes().remove(attribute);
        }
      });
    }
  }

  private void push(Manifest.App described) {
    Apps apps = new Apps(session);
    Json app = apps.require(described.name());
    String path = "/v3/apps/" + app.text("guid");
    boolean started = app.text("state").equals("STARTED");
    String packageGuid = new Upload(session).run(app, manifest.source(described));
    if (options.noStart()) {
      if (started) {
        api.post(path + "/actions/stop", Json.of(null));
      }
      AppSummary.of(session, apps.require(described.name())).print();
      return;
    }
    String droplet = new Staging(session, app).stage(packageGuid);
    String strategy = options.strategy();
    if (strategy != null && started) {
      new Deployment(session, app).run(Deployment.Strategy.of(strategy), droplet, options.scale());
    } else {
      api.patch(path + "/relationships/current_droplet", Json.reference(droplet));
      api.post(path + "/actions/restart", Json.of(null));
      new Startup(session, app).await();
    }
    AppSummary.of(session, apps.require(described.name())).print();
  }
}
