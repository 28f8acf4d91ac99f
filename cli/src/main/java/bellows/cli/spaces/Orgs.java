package bellows.cli.spaces;

import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.config.Config.Named;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds orgs and spaces by name. */
final class Orgs {
  private final Session session;

  Orgs(Session session) {
    this.session = session;
  }

  Optional<Json> find(String name) {
    return session.api().first(Query.of("/v3/organizations").named("names", name));
  }

  /**
   * @param name null for the targeted one
   */
  Named require(@Nullable String name) {
    return name == null
        ? session.org()
        : find(name)
            .map(org -> new Named(org.text("guid"), org.text("name")))
            .orElseThrow(() ->
                CommandFailure.of(
                    "Org '" + name + "' not found", "'bellows orgs' lists those you see."));
  }

  Optional<Json> findSpace(Named org, String name) {
    return session
        .api()
        .first(Query.of("/v3/spaces").named("names", name).with("organization_guids", org.guid()));
  }
}
