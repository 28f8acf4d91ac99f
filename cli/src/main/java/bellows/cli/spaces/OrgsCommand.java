package bellows.cli.spaces;

import bellows.cli.api.Json;
import bellows.cli.command.ListCommand;
import bellows.cli.session.Session;
import bellows.cli.terminal.Table;
import java.util.List;
import picocli.CommandLine;

@CommandLine.Command(
    name = "orgs",
    aliases = "o",
    description = "List the orgs that you see.",
    footer = {"", "Examples:", "  bellows orgs", "  bellows orgs --json"})
final class OrgsCommand extends ListCommand {
  @Override
  public void run(Session session) {
    List<Json> orgs = session.api().all("/v3/organizations?order_by=name&per_page=5000");
    if (json()) {
      printJson(session, orgs);
      return;
    }
    session.terminal().line("Getting orgs as " + session.user() + "...");
    session.terminal().line();
    if (orgs.isEmpty()) {
      session.terminal().line("No orgs found.");
      return;
    }
    Table table = Table.headed("name");
    orgs.forEach(org -> table.row(org.text("name")));
    table.print(session.terminal());
  }
}
