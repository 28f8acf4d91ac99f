package bellows.cli.routes;

import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.command.Command;
import bellows.cli.session.Session;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "delete-domain",
    aliases = {"delete-private-domain", "delete-shared-domain"},
    description = "Delete a domain and all its routes.",
    footer = {"", "Example:", "  bellows delete-domain shop.example.com -f"})
final class DeleteDomainCommand extends Command {
  @Parameters(paramLabel = "DOMAIN", description = "Name of the domain.")
  private String domain = "";

  @Option(names = "-f", description = "Do not ask.")
  private boolean force;

  @Override
  public void run(Session session) {
    String question = "Really delete the domain " + domain + " and all its routes?";
    if (!force && !session.prompt().agrees(question)) {
      session.terminal().line("Delete cancelled");
      return;
    }
    session.terminal().line("Deleting domain " + domain + "...");
    Optional<Json> found = session.api().first(Query.of("/v3/domains").named("names", domain));
    if (found.isPresent()) {
      session.api().delete("/v3/domains/" + found.get().text("guid"));
    } else {
      session.terminal().warn("Domain " + domain + " does not exist.");
    }
    session.terminal().ok();
  }
}
