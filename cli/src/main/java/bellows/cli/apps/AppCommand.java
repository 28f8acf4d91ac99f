package bellows.cli.apps;

import bellows.cli.api.Json;
import bellows.cli.session.Session;
import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
    name = "app",
    description = "Show one app: processes, instances, routes, what it was built with.",
    footer = {"", "Examples:", "  bellows app shop", "  bellows app shop --guid"})
final class AppCommand extends NamedAppCommand {
  @Option(names = "--guid", description = "Print the app's guid only.")
  private boolean guid;

  @Option(names = "--json", description = "Print what the API says as JSON.")
  private boolean json;

  @Override
  public void run(Session session) {
    Json app = new Apps(session).require(name());
    if (guid) {
      session.terminal().line(app.text("guid"));
    } else if (json) {
      session.terminal().line(AppSummary.of(session, app).json().pretty());
    } else {
      announce(session, "Showing health and status for app", "in");
      session.terminal().line();
      AppSummary.of(session, app).print();
    }
  }
}
