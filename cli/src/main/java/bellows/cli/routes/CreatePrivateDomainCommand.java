package bellows.cli.routes;

import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.command.Command;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "create-private-domain",
    aliases = "create-domain",
    description = "Make a domain that one org can use.",
    footer = {"", "Example:", "  bellows create-private-domain main shop.example.com"})
final class CreatePrivateDomainCommand extends Command {
  @Parameters(index = "0", paramLabel = "ORG", description = "Org that owns it.")
  private String org = "";

  @Parameters(index = "1", paramLabel = "DOMAIN", description = "Name of the domain.")
  private String domain = "";

  @Override
  public void run(Session session) {
    session.terminal().line("Creating private domain " + domain + " for org " + org + "...");
    Json owner =
        session
            .api()
            .first(Query.of("/v3/organizations").named("names", org))
            .orElseThrow(
                () -> CommandFailure.of("Org '" + org + "' not found", "see 'bellows orgs'."));
    session
        .api()
        .post(
            "/v3/domains",
            Json.object(
                "name",
                domain,
                "relationships",
                Json.object("organization", Json.reference(owner.text("guid")))));
    session.terminal().ok();
  }
}
