package bellows.cli.spaces;

import bellows.cli.api.Json;
import bellows.cli.command.Command;
import bellows.cli.config.Config.Named;
import bellows.cli.session.Session;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "delete-space",
    description = "Delete a space and everything in it.",
    footer = {"", "Example:", "  bellows delete-space test -f"})
final class DeleteSpaceCommand extends Command {
  @Parameters(paramLabel = "SPACE", description = "Name of the space.")
  private String name = "";

  @Option(names = "-o", paramLabel = "ORG", description = "Its org, instead of the targeted one.")
  private @Nullable String orgName;

  @Option(names = "-f", description = "Do not ask.")
  private boolean force;

  @Override
  public void run(Session session) {
    Orgs orgs = new Orgs(session);
    Named org = orgs.require(orgName);
    String question = "Really delete the space " + name + ", its apps and routes?";
    if (!force && !session.prompt().agrees(question)) {
      session.terminal().line("Delete cancelled");
      return;
    }
    session
        .terminal()
        .line("Deleting space " + name + " in org " + org.name() + " as " + session.user() + "...");
    Optional<Json> space = orgs.findSpace(org, name);
    if (space.isEmpty()) {
      session.terminal().warn("Space '" + name + "' does not exist.");
    } else {
      session.api().delete("/v3/spaces/" + space.get().text("guid"));
      Named targeted = session.current().space();
      if (targeted != null && targeted.guid().equals(space.get().text("guid"))) {
        session.target(org, null);
      }
    }
    session.terminal().ok();
  }
}
