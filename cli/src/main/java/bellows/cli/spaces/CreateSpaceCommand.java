package bellows.cli.spaces;

import bellows.cli.api.Api;
import bellows.cli.api.ApiException;
import bellows.cli.api.Json;
import bellows.cli.command.Command;
import bellows.cli.config.Config.Named;
import bellows.cli.session.Session;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "create-space",
    aliases = "csp",
    description = "Make a space, in which you get the roles of manager and developer.",
    footer = {"", "Example:", "  bellows create-space test -o acme"})
final class CreateSpaceCommand extends Command {
  @Parameters(paramLabel = "SPACE", description = "Name of the space.")
  private String name = "";

  @Option(names = "-o", paramLabel = "ORG", description = "Its org, instead of the targeted one.")
  private @Nullable String orgName;

  @Override
  public void run(Session session) {
    Orgs orgs = new Orgs(session);
    Named org = orgs.require(orgName);
    session
        .terminal()
        .line("Creating space " + name + " in org " + org.name() + " as " + session.user() + "...");
    Api api = session.api();
    try {
      Json space =
          api.post(
              "/v3/spaces",
              Json.object(
                  "name",
                  name,
                  "relationships",
                  Json.object("organization", Json.reference(org.guid()))));
      if (!session.userId().isEmpty()) {
        role(session, "organization_user", "organization", org.guid());
        role(session, "space_manager", "space", space.text("guid"));
        role(session, "space_developer", "space", space.text("guid"));
      }
    } catch (ApiException e) {
      if (e.status() != 422 || !e.says("Name must be unique per organization")) {
        throw e;
      }
      session.terminal().warn("Space '" + name + "' already exists.");
    }
    session.terminal().ok();
    session.terminal().line();
    session
        .terminal()
        .line("TIP: use 'bellows target -o " + org.name() + " -s " + name + "' to target it.");
  }

  private static void role(Session session, String type, String scope, String guid) {
    try {
      session
          .api()
          .post(
              "/v3/roles",
              Json.object(
                  "type",
                  type,
                  "relationships",
                  Json.object(
                      "user", Json.reference(session.userId()), scope, Json.reference(guid))));
    } catch (ApiException e) {
      if (e.status() != 422 || !e.says("already has")) {
        throw e;
      }
    }
  }
}
