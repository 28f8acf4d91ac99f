package bellows.cli.apps;

import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.session.Session;
import bellows.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
    name = "events",
    description = "Show what happened to an app lately.",
    footer = {"", "Examples:", "  bellows events shop", "  bellows events shop --json"})
final class EventsCommand extends NamedAppCommand {
  private static final List<String> WORTH_SHOWING =
      List.of(
          "index",
          "reason",
          "cell_id",
          "instance",
          "exit_description",
          "exit_status",
          "recursive",
          "disk_quota",
          "instances",
          "memory",
          "state",
          "command");

  @Option(names = "--json", description = "Print the API's resources as a JSON array.")
  private boolean json;

  @Override
  public void run(Session session) {
    Json app = new Apps(session).require(name());
    List<Json> events =
        session
            .api()
            .get(
                Query.of("/v3/audit_events")
                    .with("target_guids", app.text("guid"))
                    .with("order_by", "-created_at")
                    .path())
            .items("resources");
    if (json) {
      session.terminal().line(Json.of(events).pretty());
      return;
    }
    announce(session, "Getting events for app", "in");
    session.terminal().line();
    if (events.isEmpty()) {
      session.terminal().line("No events for app " + name());
      return;
    }
    Table table = Table.headed("time", "event", "actor", "description");
    for (Json event : events) {
      table.row(
          event.text("created_at"),
          event.text("type"),
          event.text("actor", "name"),
          description(event.at("data")));
    }
    table.print(session.terminal());
  }

  private static String description(Json data) {
    Map<String, Json> members = data.members();
    Map<String, Json> request = data.members("request");
    List<String> parts = new ArrayList<>();
    for (String key : WORTH_SHOWING) {
      Json value = members.getOrDefault(key, request.getOrDefault(key, Json.of(null)));
      if (value.present()) {
        parts.add(key + ": " + value.text());
      }
    }
    return String.join(", ", parts);
  }
}
