package bellows.cli.sleeping;

import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import java.util.List;

/** The placements of an app. */
final class Placements {
  private final Session session;

  Placements(Session session) {
    this.session = session;
  }

  List<Json> of(Json app) {
    return session
        .api()
        .all(
            Query.of("/bellows/v1/placements")
                .with("app_guids", app.text("guid"))
                .with("per_page", "5000")
                .path());
  }

  /** Ends the command when there is none. */
  Json require(Json app, String processType, int index) {
    return of(app).stream()
        .filter(placement -> placement.text("process_type").equals(processType))
        .filter(placement -> placement.number("index") == index)
        .findFirst()
        .orElseThrow(() ->
            CommandFailure.of(
                "App '%s' has no placement #%d of process %s"
                    .formatted(app.text("name"), index, processType),
                "'bellows placements " + app.text("name") + "' lists them."));
  }
}
