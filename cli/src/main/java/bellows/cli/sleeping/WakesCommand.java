package bellows.cli.sleeping;

import bellows.cli.api.Json;
import bellows.cli.apps.Apps;
import bellows.cli.apps.NamedAppCommand;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import bellows.cli.terminal.Table;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
    name = "wakes",
    description = "List when an app is woken by the clock, or delete one of these.",
    footer = {"", "Examples:", "  bellows wakes shop", "  bellows wakes shop --delete 1"})
final class WakesCommand extends NamedAppCommand {
  @Option(
      names = "--delete",
      paramLabel = "NUMBER",
      description = "Delete the one with this number in the list.")
  private @Nullable Integer delete;

  @Option(names = "--json", description = "Print the API's resources as a JSON array.")
  private boolean json;

  @Override
  public void run(Session session) {
    Json app = new Apps(session).require(name());
    String path = "/bellows/v1/apps/" + app.text("guid") + "/wakes";
    List<Json> wakes = session.api().get(path).items("resources");
    if (delete != null) {
      if (delete < 1 || delete > wakes.size()) {
        throw CommandFailure.of(
            "App '" + name() + "' has no scheduled wake " + delete,
            "'bellows wakes " + name() + "' lists them.");
      }
      announce(session, "Deleting a scheduled wake of app", "in");
      session.api().delete(path + "/" + wakes.get(delete - 1).text("guid"));
      session.terminal().ok();
      return;
    }
    if (json) {
      session.terminal().line(Json.of(wakes).pretty());
      return;
    }
    announce(session, "Getting scheduled wakes of app", "in");
    session.terminal().line();
    if (wakes.isEmpty()) {
      session.terminal().line("None; 'bellows wake " + name() + " --cron EXPR' makes one.");
      return;
    }
    Table table = Table.headed("", "cron", "path", "next", "last", "result");
    int number = 0;
    for (Json wake : wakes) {
      number++;
      table.row(
          String.valueOf(number),
          wake.text("cron"),
          wake.text("path"),
          wake.text("next_at"),
          wake.text("last_at"),
          wake.text("last_result"));
    }
    table.print(session.terminal());
  }
}
