package bellows.cli.spaces;

import bellows.cli.api.ApiException;
import bellows.cli.api.Json;
import bellows.cli.command.Command;
import bellows.cli.session.Session;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "create-org",
    aliases = "co",
    description = "Make an org.",
    footer = {"", "Example:", "  bellows create-org acme"})
final class CreateOrgCommand extends Command {
  @Parameters(paramLabel = "ORG", description = "Name of the org.")
  private String name = "";

  @Override
  public void run(Session session) {
    session.terminal().line("Creating org " + name + " as " + session.user() + "...");
    try {
      session.api().post("/v3/organizations", Json.object("name", name));
    } catch (ApiException e) {
      if (e.status() != 422 || !e.says("already exists")) {
        throw e;
      }
      session.terminal().warn(e.detail());
    }
    session.terminal().ok();
    session.terminal().line();
    session.terminal().line("TIP: use 'bellows target -o " + name + "' to target it.");
  }
}
