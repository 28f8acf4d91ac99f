package bellows.cli.apps;

import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import java.util.Optional;

/** Finds apps of the targeted space by name. */
public final class Apps {
  private final Session session;

  public Apps(Session session) {
    this.session = session;
  }

  public Optional<Json> find(String name) {
    return session
        .api()
        .first(
            Query.of("/v3/apps").named("names", name).with("space_guids", session.space().guid()));
  }

  /** Ends the command when there is none. */
  public Json require(String name) {
    return find(name)
        .orElseThrow(() ->
            CommandFailure.of(
                "App '" + name + "' not found", "'bellows apps' lists the apps of the space."));
  }
}
