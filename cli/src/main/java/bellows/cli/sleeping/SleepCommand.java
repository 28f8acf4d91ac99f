package bellows.cli.sleeping;

import bellows.cli.api.Json;
import bellows.cli.apps.Apps;
import bellows.cli.apps.NamedAppCommand;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import bellows.cli.terminal.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
    name = "sleep",
    description = "Say when an app may sleep, or put it to sleep now; the next request wakes it.",
    footer = {
      "",
      "Examples:",
      "  bellows sleep shop",
      "  bellows sleep shop --after 5m",
      "  bellows sleep shop --after never",
      "  bellows sleep shop --now",
      "",
      "The cf CLI can say it, too:",
      "  cf set-label app shop bellows.internal/sleep-after=5m"
    })
final class SleepCommand extends NamedAppCommand {
  private static final String PREFIX = "bellows.internal/";
  private static final List<String> KEYS =
      List.of(
          "sleep-after",
          "max-lifetime",
          "concurrency",
          "wake-page",
          "start-asleep",
          "wake-on-connect");

  @Option(
      names = "--after",
      paramLabel = "TIME",
      description = "Time without traffic, such as 90s, 5m or 1h30m; or never.")
  private @Nullable String after;

  @Option(names = "--now", description = "Put all its instances to sleep now.")
  private boolean now;

  @Option(names = "--json", description = "Print the app's policy as JSON.")
  private boolean json;

  @Override
  public void run(Session session) {
    if (now && "never".equals(after)) {
      throw CommandFailure.usage("--now does not go with --after never");
    }
    Json app = new Apps(session).require(name());
    if (after != null) {
      announce(session, "Setting the sleep of app", "in");
      Json label = Json.object(PREFIX + "sleep-after", after);
      app =
          session
              .api()
              .patch(
                  "/v3/apps/" + app.text("guid"),
                  Json.object("metadata", Json.object("labels", label)));
    }
    if (now) {
      announce(session, "Putting to sleep app", "in");
      session.api().post("/bellows/v1/apps/" + app.text("guid") + "/actions/sleep", Json.object());
    }
    if (after == null && !now) {
      show(session, app);
    } else {
      session.terminal().ok();
    }
  }

  private void show(Session session, Json app) {
    Map<String, Json> policy = new LinkedHashMap<>();
    for (String key : KEYS) {
      Json label = app.at("metadata", "labels", PREFIX + key);
      policy.put(key, label.present() ? label : app.at("metadata", "annotations", PREFIX + key));
    }
    if (json) {
      session.terminal().line(Json.of(policy).pretty());
      return;
    }
    announce(session, "Showing the sleep of app", "in");
    session.terminal().line();
    Table table = Table.plain();
    policy.forEach((key, value) ->
        table.row(key + ":", value.present() ? value.text() : "(the platform's default)"));
    table.print(session.terminal());
  }
}
