package bellows.cli.sleeping;

import bellows.cli.api.Json;
import bellows.cli.apps.Apps;
import bellows.cli.apps.NamedAppCommand;
import bellows.cli.session.Session;
import bellows.cli.terminal.Table;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
    name = "placements",
    description = "Show where the instances of an app stand.",
    footer = {"", "Examples:", "  bellows placements shop", "  bellows placements shop --json"})
final class PlacementsCommand extends NamedAppCommand {
  @Option(names = "--json", description = "Print the API's resources as a JSON array.")
  private boolean json;

  @Override
  public void run(Session session) {
    Json app = new Apps(session).require(name());
    List<Json> placements = new Placements(session).of(app);
    if (json) {
      session.terminal().line(Json.of(placements).pretty());
      return;
    }
    announce(session, "Getting placements of app", "in");
    session.terminal().line();
    if (placements.isEmpty()) {
      session.terminal().line("None; a started app has one for each instance.");
      return;
    }
    Table table = Table.headed("process", "", "host", "address", "state", "version", "since");
    for (Json placement : placements) {
      String state = placement.text("state").toLowerCase(Locale.ROOT);
      table.row(
          placement.text("process_type"),
          "#" + placement.number("index"),
          placement.text("host"),
          placement.at("port").present()
              ? placement.text("address") + ":" + placement.text("port")
              : "",
          session.terminal().style().state(placement.flag("asleep") ? "asleep" : state),
          placement.text("version"),
          placement.text("updated_at"));
    }
    table.print(session.terminal());
  }
}
