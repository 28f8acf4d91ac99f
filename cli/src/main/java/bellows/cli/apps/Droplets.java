package bellows.cli.apps;

import bellows.cli.api.Api;
import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import java.util.Optional;

/** Makes sure that an app's newest package is what will run. */
final class Droplets {
  private final Session session;
  private final Json app;

  Droplets(Session session, Json app) {
    this.session = session;
    this.app = app;
  }

  /** Stages the newest package unless that has been done, and makes its droplet the current one. */
  void useNewest() {
    Api api = session.api();
    Optional<Json> newest =
        api.first(
            Query.of("/v3/packages")
                .with("app_guids", app.text("guid"))
                .with("order_by", "-created_at"));
    if (newest.isEmpty()) {
      // An app made of a droplet has no package; the start itself says when there is no droplet.
      return;
    }
    String guid = newest.get().text("guid");
    boolean staged =
        api.first(Query.of("/v3/packages/" + guid + "/droplets").with("states", "STAGED"))
            .isPresent();
    if (!staged) {
      assign(new Staging(session, app).stage(guid));
    }
  }

  /** Stages the newest package that is whole, whether it has been staged or not. */
  String restage() {
    Json newest =
        session
            .api()
            .first(
                Query.of("/v3/packages")
                    .with("app_guids", app.text("guid"))
                    .with("states", "READY")
                    .with("order_by", "-created_at"))
            .orElseThrow(() ->
                CommandFailure.of(
                    "App '" + app.text("name") + "' has no source code yet",
                    "use 'bellows push " + app.text("name") + "'."));
    return new Staging(session, app).stage(newest.text("guid"));
  }

  void assign(String droplet) {
    session
        .api()
        .patch(
            "/v3/apps/" + app.text("guid") + "/relationships/current_droplet",
            Json.reference(droplet));
  }
}
