package bellows.cli.login;

import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.config.Config;
import bellows.cli.config.Config.Named;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import bellows.cli.terminal.Table;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chooses the org and space that commands work in. */
final class Targeting {
  private final Session session;

  Targeting(Session session) {
    this.session = session;
  }

  /** By name where given; else the only one there is, if there is only one. */
  void choose(@Nullable String orgName, @Nullable String spaceName) {
    Named org =
        orgName != null
            ? named(Query.of("/v3/organizations").named("names", orgName), "Org", orgName)
            : spaceName != null && session.current().org() != null
                ? session.org()
                : only(Query.of("/v3/organizations").with("order_by", "name"));
    if (org == null) {
      if (spaceName != null) {
        throw CommandFailure.of("A space is in an org", "use 'bellows target -o ORG -s SPACE'.");
      }
      session.target(null, null);
      return;
    }
    Query spaces = Query.of("/v3/spaces").with("organization_guids", org.guid());
    Named space =
        spaceName != null
            ? named(spaces.named("names", spaceName), "Space", spaceName)
            : only(spaces.with("order_by", "name"));
    session.target(org, space);
  }

  void print() {
    Config current = session.current();
    Named org = current.org();
    Named space = current.space();
    Table.plain()
        .row("API endpoint:", current.endpoints().api())
        .row("user:", session.user())
        .row("org:", org == null ? "none, use 'bellows target -o ORG'" : org.name())
        .row("space:", space == null ? "none, use 'bellows target -s SPACE'" : space.name())
        .print(session.terminal());
  }

  private Named named(Query query, String kind, String name) {
    return session
        .api()
        .first(query)
        .map(Targeting::named)
        .orElseThrow(() ->
            CommandFailure.of(
                kind + " '" + name + "' not found",
                kind.equals("Org")
                    ? "'bellows orgs' lists those you see."
                    : "'bellows spaces' lists those of the org."));
  }

  private @Nullable Named only(Query query) {
    List<Json> found = session.api().get(query.path()).items("resources");
    return found.size() == 1 ? named(found.getFirst()) : null;
  }

  private static Named named(Json resource) {
    return new Named(resource.text("guid"), resource.text("name"));
  }
}
