package bellows.cli.apps;

import bellows.cli.api.Api;
import bellows.cli.api.Json;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import bellows.cli.terminal.Human;
import bellows.cli.terminal.Spinner;
import bellows.cli.time.Polling;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Replaces an app's instances while it goes on serving. */
public final class Deployment {
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  /** The strategies of the contract. */
  public enum Strategy {
    ROLLING,
    CANARY;

    String wire() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Picocli's way to read it in any case. */
    public static Strategy of(String text) {
      for (Strategy strategy : values()) {
        if (strategy.wire().equals(text)) {
          return strategy;
        }
      }
      throw CommandFailure.usage("--strategy is rolling or canary, not '" + text + "'");
    }
  }

  private final Session session;
  private final Json app;

  public Deployment(Session session, Json app) {
    this.session = session;
    this.app = app;
  }

  /**
   * Deploys and waits.
   *
   * @param droplet null for the current one
   * @param scale {@code web_instances}, {@code memory_in_mb}, {@code disk_in_mb}: null values stay
   *     as they are
   */
  public void run(Strategy strategy, @Nullable String droplet, Json scale) {
    Api api = session.api();
    session.terminal().line("Starting deployment for app " + app.text("name") + "...");
    Json relationships = Json.object("app", Json.reference(app.text("guid")));
    Json body =
        droplet == null
            ? Json.object("strategy", strategy.wire(), "relationships", relationships)
            : Json.object(
                "droplet",
                Json.object("guid", droplet),
                "strategy",
                strategy.wire(),
                "options",
                scale,
                "relationships",
                relationships);
    Json deployment = api.post("/v3/deployments", body);
    session.terminal().line("Waiting for app to deploy...");
    session.terminal().line();
    Json ended = awaited(api, deployment);
    new Startup(session, app)
        .awaitProcesses(
            ended.items("new_processes").stream().map(each -> each.text("guid")).toList());
  }

  private Json awaited(Api api, Json started) {
    String path = "/v3/deployments/" + started.text("guid");
    Polling polling = new Polling(session.time(), PATIENCE);
    try (Spinner _ = new Spinner(session.terminal(), session.time(), () -> "Deploying")) {
      do {
        Json deployment = api.get(path);
        String value = deployment.text("status", "value");
        String reason = deployment.text("status", "reason");
        if (reason.equals("DEPLOYED") || reason.equals("PAUSED")) {
          return deployment;
        }
        if (value.equals("FINALIZED")) {
          throw failure(deployment, "Deployment " + reason.toLowerCase(Locale.ROOT));
        }
      } while (polling.again());
    }
    api.post(path + "/actions/cancel", Json.of(null));
    throw failure(api.get(path), "Deployment cancelled: not done after " + Human.elapsed(PATIENCE));
  }

  private CommandFailure failure(Json deployment, String what) {
    String error = deployment.text("status", "details", "error");
    return CommandFailure.of(
        error.isEmpty() ? what : what + "\n" + error,
        "the old instances still serve; use 'bellows logs "
            + app.text("name")
            + " --recent' to see what the new ones said.");
  }
}
