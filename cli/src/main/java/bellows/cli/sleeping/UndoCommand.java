package bellows.cli.sleeping;

import bellows.cli.api.Json;
import bellows.cli.apps.Apps;
import bellows.cli.apps.NamedAppCommand;
import bellows.cli.session.Session;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
    name = "undo",
    description = "Take back the last move, scale, deploy, start or stop of an app.",
    footer = {
      "",
      "Examples:",
      "  bellows undo shop",
      "  bellows undo shop --change 42",
      "",
      "Undo again takes back the one before; an undo is itself a change that can be taken back",
      "by its number. 'bellows history shop' shows the numbers."
    })
final class UndoCommand extends NamedAppCommand {
  @Option(names = "--change", paramLabel = "NUMBER", description = "This change, not the last one.")
  private @Nullable Long change;

  @Option(names = "--json", description = "Print what the API says as JSON.")
  private boolean json;

  @Override
  public void run(Session session) {
    Json app = new Apps(session).require(name());
    Json undo =
        session
            .api()
            .post(
                "/bellows/v1/apps/" + app.text("guid") + "/undo",
                change == null ? Json.object() : Json.object("change", change));
    if (json) {
      session.terminal().line(undo.pretty());
      return;
    }
    announce(session, "Undoing change #" + undo.number("undoes") + " of app", "in");
    for (String line : HistoryCommand.what(undo.at("undone"))) {
      session.terminal().line("taken back: " + line);
    }
    session.terminal().ok();
  }
}
