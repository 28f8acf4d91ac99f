package bellows.cli.platform;

import bellows.cli.api.Json;
import bellows.cli.command.ListCommand;
import bellows.cli.session.Session;
import bellows.cli.terminal.Table;
import java.util.List;
import picocli.CommandLine;

@CommandLine.Command(
    name = "stacks",
    description = "List the stacks: what an app finds of an operating system.",
    footer = {"", "Examples:", "  bellows stacks", "  bellows stacks --json"})
final class StacksCommand extends ListCommand {
  @Override
  public void run(Session session) {
    List<Json> stacks = session.api().all("/v3/stacks?per_page=5000");
    if (json()) {
      printJson(session, stacks);
      return;
    }
    session.terminal().line("Getting stacks as " + session.user() + "...");
    session.terminal().line();
    Table table = Table.headed("name", "description");
    stacks.forEach(stack -> table.row(stack.text("name"), stack.text("description")));
    table.print(session.terminal());
  }
}
