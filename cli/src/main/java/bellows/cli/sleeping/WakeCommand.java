package bellows.cli.sleeping;

import bellows.cli.api.Json;
import bellows.cli.apps.Apps;
import bellows.cli.apps.NamedAppCommand;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
    name = "wake",
    description = "Wake an app now, or by the clock.",
    footer = {
      "",
      "Examples:",
      "  bellows wake shop",
      "  bellows wake shop --cron '*/15 * * * *'",
      "  bellows wake shop --cron '0 3 * * *' --path /jobs/nightly",
      "",
      "Times are UTC. 'bellows wakes shop' lists and deletes what is scheduled."
    })
final class WakeCommand extends NamedAppCommand {
  @Option(names = "--all", description = "Wake all its instances, not only the first.")
  private boolean all;

  @Option(
      names = "--cron",
      paramLabel = "EXPR",
      description = "Wake it at these times: minute hour day month weekday.")
  private @Nullable String cron;

  @Option(
      names = "--path",
      paramLabel = "PATH",
      description = "With --cron: ask the app for this path each time.")
  private @Nullable String path;

  @Option(names = "--json", description = "Print what the API says as JSON.")
  private boolean json;

  @Override
  public void run(Session session) {
    if (path != null && cron == null) {
      throw CommandFailure.usage("--path goes with --cron");
    }
    if (all && cron != null) {
      throw CommandFailure.usage("--all does not go with --cron: one instance is woken");
    }
    Json app = new Apps(session).require(name());
    String base = "/bellows/v1/apps/" + app.text("guid");
    Json answer =
        cron == null
            ? session.api().post(base + "/actions/wake", Json.object("all", all))
            : session.api().post(base + "/wakes", schedule(cron));
    if (json) {
      session.terminal().line(answer.pretty());
      return;
    }
    announce(session, cron == null ? "Waking app" : "Scheduling wakes of app", "in");
    if (cron != null) {
      session.terminal().line("next: " + answer.text("next_at"));
    }
    session.terminal().ok();
  }

  private Json schedule(String times) {
    return path == null ? Json.object("cron", times) : Json.object("cron", times, "path", path);
  }
}
