package bellows.cli.apps;

import bellows.cli.api.Api;
import bellows.cli.api.ApiException;
import bellows.cli.api.Json;
import bellows.cli.failure.CommandFailure;
import bellows.cli.logs.LogCache;
import bellows.cli.logs.LogFollower;
import bellows.cli.logs.LogLine;
import bellows.cli.session.Session;
import bellows.cli.terminal.Spinner;
import bellows.cli.time.Polling;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Turns a package into a droplet while its output scrolls by. */
public final class Staging {
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  /** Lines that were written when the build ended may take this long to be readable. */
  private static final Duration TRAILING = Duration.ofMillis(600);

  private final Session session;
  private final Api api;
  private final String appName;
  private final String appGuid;
  private @Nullable LogFollower follower;

  public Staging(Session session, Json app) {
    this.session = session;
    this.api = session.api();
    this.appName = app.text("name");
    this.appGuid = app.text("guid");
  }

  /**
   * @return the droplet's guid
   * @throws CommandFailure when the build fails, with the build's own words
   */
  public String stage(String packageGuid) {
    session.terminal().line("Staging app and tracing logs...");
    follower = followed();
    Json build = api.post("/v3/builds", Json.object("package", Json.object("guid", packageGuid)));
    try (Spinner _ = new Spinner(session.terminal(), session.time(), () -> "Staging")) {
      build = ended(build);
      trailingLines();
    }
    session.terminal().line();
    if (build.text("state").equals("FAILED")) {
      throw failure(build);
    }
    return build.text("droplet", "guid");
  }

  private Json ended(Json started) {
    String path = "/v3/builds/" + started.text("guid");
    Polling polling = new Polling(session.time(), patience());
    do {
      Json build = api.get(path);
      if (!build.text("state").equals("STAGING")) {
        return build;
      }
      printNewLines();
    } while (polling.again());
    throw CommandFailure.of(
        "The build has not ended after " + patience().toMinutes() + " minutes",
        "it goes on; CF_STAGING_TIMEOUT (minutes) lets this command wait longer.");
  }

  private void trailingLines() {
    Polling polling = new Polling(session.time(), TRAILING);
    int quiet = 0;
    do {
      quiet = printNewLines() ? 0 : quiet + 1;
    } while (quiet < 3 && polling.again());
  }

  /** False when there was none. */
  private boolean printNewLines() {
    LogFollower current = follower;
    if (current == null) {
      return false;
    }
    boolean any = false;
    try {
      for (LogLine line : current.next()) {
        if (line.fromStaging()) {
          any = true;
          session
              .terminal()
              .line(
                  "   "
                      + (line.error()
                          ? session.terminal().style().attention(line.text())
                          : line.text()));
        }
      }
    } catch (ApiException e) {
      lost(e);
    }
    return any;
  }

  private @Nullable LogFollower followed() {
    try {
      return new LogCache(api, session.endpoints().logCache()).follow(appGuid);
    } catch (ApiException e) {
      lost(e);
      return null;
    }
  }

  /** A build without its output is better than no build. */
  private void lost(ApiException e) {
    follower = null;
    session.terminal().warn("The build's output cannot be shown: " + e.detail());
  }

  private CommandFailure failure(Json build) {
    String error = build.text("error");
    String tip =
        error.contains("NoAppDetectedError")
            ? "name the buildpack with -b ('bellows buildpacks' lists them); is -p the app's"
                + " folder?"
            : "the lines above are the build's own; 'bellows logs "
                + appName
                + " --recent' shows them"
                + " again.";
    return CommandFailure.of("Error staging application: " + error, tip);
  }

  private Duration patience() {
    String minutes = session.environment("CF_STAGING_TIMEOUT");
    try {
      return minutes.isEmpty()
          ? PATIENCE
          : Duration.ofMillis((long) (Double.parseDouble(minutes) * 60_000));
    } catch (NumberFormatException e) {
      throw CommandFailure.usage("CF_STAGING_TIMEOUT is not a number of minutes: " + minutes);
    }
  }
}
