package bellows.cli.services;

import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import java.util.Optional;

/** Finds service instances of the targeted space by name. */
final class ServiceFinder {
  private final Session session;

  ServiceFinder(Session session) {
    this.session = session;
  }

  Optional<Json> find(String name) {
    return session
        .api()
        .first(
            Query.of("/v3/service_instances")
                .with("space_guids", session.space().guid())
                .named("names", name));
  }

  Json require(String name) {
    return find(name)
        .orElseThrow(() ->
            CommandFailure.of(
                "Service instance '" + name + "' not found", "'bellows services' lists them."));
  }
}
