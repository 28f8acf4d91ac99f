package bellows.cli.spaces;

import bellows.cli.api.Json;
import bellows.cli.command.Command;
import bellows.cli.config.Config.Named;
import bellows.cli.session.Session;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "delete-org",
    description = "Delete an org and everything in it.",
    footer = {"", "Example:", "  bellows delete-org acme -f"})
final class DeleteOrgCommand extends Command {
  @Parameters(paramLabel = "ORG", description = "Name of the org.")
  private String name = "";

  @Option(names = "-f", description = "Do not ask.")
  private boolean force;

  @Override
  public void run(Session session) {
    String question = "Really delete the org " + name + ", its spaces, apps and routes?";
    if (!force && !session.prompt().agrees(question)) {
      session.terminal().line("Delete cancelled");
      return;
    }
    session.terminal().line("Deleting org " + name + " as " + session.user() + "...");
    Optional<Json> org = new Orgs(session).find(name);
    if (org.isEmpty()) {
      session.terminal().warn("Org '" + name + "' does not exist.");
    } else {
      session.api().delete("/v3/organizations/" + org.get().text("guid"));
      Named targeted = session.current().org();
      if (targeted != null && targeted.guid().equals(org.get().text("guid"))) {
        session.target(null, null);
      }
    }
    session.terminal().ok();
  }
}
