package bellows.cli.sleeping;

import bellows.cli.api.Json;
import bellows.cli.apps.Apps;
import bellows.cli.apps.NamedAppCommand;
import bellows.cli.session.Session;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "move",
    description = "Move an instance to another host; no request is lost.",
    footer = {
      "",
      "Examples:",
      "  bellows move shop 0 --to host-2",
      "  bellows undo shop",
      "",
      "The new host starts it before the old one lets it go, and the old one ends it when those",
      "whom it serves have their answers, after 10 s at the latest. For administrators."
    })
final class MoveCommand extends NamedAppCommand {
  @Parameters(index = "1", paramLabel = "INDEX", description = "Index of the instance.")
  private int index;

  @Option(names = "--to", paramLabel = "HOST", required = true, description = "Where to.")
  private String host = "";

  @Option(
      names = "--process",
      paramLabel = "TYPE",
      defaultValue = "web",
      description = "Type of the process (default: web).")
  private String process = "web";

  @Option(names = "--json", description = "Print the placement as JSON.")
  private boolean json;

  @Override
  public void run(Session session) {
    Json app = new Apps(session).require(name());
    Json placement = new Placements(session).require(app, process, index);
    Json moved =
        session
            .api()
            .patch("/bellows/v1/placements/" + placement.text("guid"), Json.object("host", host));
    if (json) {
      session.terminal().line(moved.pretty());
      return;
    }
    announce(session, "Moving instance #" + index + " of app", "in");
    session.terminal().line("from " + placement.text("host") + " to " + moved.text("host"));
    session.terminal().ok();
  }
}
