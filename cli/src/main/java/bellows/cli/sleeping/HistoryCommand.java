package bellows.cli.sleeping;

import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.apps.Apps;
import bellows.cli.apps.NamedAppCommand;
import bellows.cli.session.Session;
import bellows.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
    name = "history",
    description = "Show what was changed about an app, by whom, and how it was at some time.",
    footer = {
      "",
      "Examples:",
      "  bellows history shop",
      "  bellows history shop --all",
      "  bellows history shop --at 2030-01-31T12:00:00Z",
      "",
      "Without --all, what the platform did by itself is left out."
    })
final class HistoryCommand extends NamedAppCommand {
  private static final String PER_PAGE = "200";

  @Option(names = "--all", description = "Show what the platform did by itself, too.")
  private boolean all;

  @Option(names = "--at", paramLabel = "TIME", description = "Show how it was then.")
  private @Nullable String at;

  @Option(names = "--json", description = "Print what the API says as JSON.")
  private boolean json;

  @Override
  public void run(Session session) {
    Json app = new Apps(session).require(name());
    String path = "/bellows/v1/apps/" + app.text("guid") + "/history";
    if (at != null) {
      showPast(session, session.api().get(path + "/at/" + Query.encode(at)));
      return;
    }
    Query query = Query.of(path).with("per_page", PER_PAGE);
    List<Json> sets =
        session.api().all((all ? query : query.with("actors[not]", "platform")).path());
    if (json) {
      session.terminal().line(Json.of(sets).pretty());
      return;
    }
    announce(session, "Getting history of app", "in");
    session.terminal().line();
    Table table = Table.headed("change", "time", "who", "what");
    for (Json set : sets) {
      List<String> what = what(set);
      if (!what.isEmpty()) {
        table.row(
            "#" + set.number("number"),
            set.text("created_at"),
            who(set.text("actor")),
            String.join("; ", what));
      }
    }
    table.print(session.terminal());
  }

  static List<String> what(Json set) {
    List<String> what = new ArrayList<>();
    set.items("summary").forEach(line -> what.add(line.text()));
    if (!what.isEmpty() && set.at("undoes").present()) {
      what.add("undoes #" + set.number("undoes"));
    }
    if (!what.isEmpty() && set.at("undone_by").present()) {
      what.add("undone by #" + set.number("undone_by"));
    }
    return what;
  }

  private static String who(String actor) {
    return actor.startsWith("user:") ? actor.substring("user:".length()) : actor;
  }

  private void showPast(Session session, Json past) {
    if (json) {
      session.terminal().line(past.pretty());
      return;
    }
    announce(session, "Showing as it was at " + past.text("at") + " app", "in");
    session.terminal().line();
    List<Json> apps = past.items("apps");
    if (apps.isEmpty()) {
      session.terminal().line("There is no record of it at that time.");
      return;
    }
    Json app = apps.getFirst().at("facts");
    Table table = Table.plain();
    table.row("state:", app.text("desired_state").toLowerCase(Locale.ROOT));
    table.row("droplet:", app.text("droplet_guid"));
    for (Json process : past.items("processes")) {
      Json facts = process.at("facts");
      table.row(
          facts.text("type") + ":",
          facts.text("instances") + " instances, " + facts.text("memory_mb") + " MB");
    }
    table.row(
        "placements:",
        past.items("placements").stream()
            .map(each -> each.at("facts"))
            .map(facts -> "#" + facts.text("instance_index") + " on " + facts.text("host"))
            .collect(Collectors.joining(", ")));
    table.print(session.terminal());
  }
}
