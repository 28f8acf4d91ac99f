package bellows.cli.routes;

import bellows.cli.api.Json;
import bellows.cli.command.ListCommand;
import bellows.cli.session.Session;
import bellows.cli.terminal.Table;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;

@CommandLine.Command(
    name = "domains",
    description = "List the domains that the targeted org can use.",
    footer = {"", "Examples:", "  bellows domains", "  bellows domains --json"})
final class DomainsCommand extends ListCommand {
  @Override
  public void run(Session session) {
    List<Json> domains =
        session.api().all("/v3/organizations/" + session.org().guid() + "/domains?per_page=5000");
    if (json()) {
      printJson(session, domains);
      return;
    }
    session
        .terminal()
        .line("Getting domains in org " + session.org().name() + " as " + session.user() + "...");
    session.terminal().line();
    Table table = Table.headed("name", "availability", "internal", "protocols");
    for (Json domain : domains) {
      boolean owned = domain.at("relationships", "organization", "data").present();
      table.row(
          domain.text("name"),
          owned ? "private" : "shared",
          domain.flag("internal") ? "true" : "",
          domain.items("supported_protocols").stream()
              .map(each -> each.text())
              .collect(Collectors.joining(",")));
    }
    table.print(session.terminal());
  }
}
