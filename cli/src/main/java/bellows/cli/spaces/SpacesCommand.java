package bellows.cli.spaces;

import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.command.ListCommand;
import bellows.cli.session.Session;
import bellows.cli.terminal.Table;
import java.util.List;
import picocli.CommandLine;

@CommandLine.Command(
    name = "spaces",
    description = "List the spaces of the targeted org.",
    footer = {"", "Examples:", "  bellows spaces", "  bellows spaces --json"})
final class SpacesCommand extends ListCommand {
  @Override
  public void run(Session session) {
    List<Json> spaces =
        session
            .api()
            .all(
                Query.of("/v3/spaces")
                    .with("organization_guids", session.org().guid())
                    .with("order_by", "name")
                    .with("per_page", "5000")
                    .path());
    if (json()) {
      printJson(session, spaces);
      return;
    }
    session
        .terminal()
        .line("Getting spaces in org " + session.org().name() + " as " + session.user() + "...");
    session.terminal().line();
    if (spaces.isEmpty()) {
      session.terminal().line("No spaces found.");
      return;
    }
    Table table = Table.headed("name");
    spaces.forEach(space -> table.row(space.text("name")));
    table.print(session.terminal());
  }
}
