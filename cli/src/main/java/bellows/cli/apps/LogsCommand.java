package bellows.cli.apps;

import bellows.cli.api.ApiException;
import bellows.cli.api.Json;
import bellows.cli.logs.LogCache;
import bellows.cli.logs.LogFollower;
import bellows.cli.logs.LogLine;
import bellows.cli.session.Session;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
    name = "logs",
    description = "Follow the app's log, or show its last lines.",
    footer = {"", "Examples:", "  bellows logs shop", "  bellows logs shop --recent"})
final class LogsCommand extends NamedAppCommand {
  private static final int SOME = 10;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
  private static final int FAILURES_IN_A_ROW = 5;

  @Option(names = "--recent", description = "Show the stored lines and end.")
  private boolean recent;

  @Override
  public void run(Session session) {
    Json app = new Apps(session).require(name());
    LogCache cache = new LogCache(session.api(), session.endpoints().logCache());
    announce(session, "Retrieving logs for app", "in");
    session.terminal().line();
    if (recent) {
      print(session, cache.recent(app.text("guid"), 1000));
      return;
    }
    LogFollower follower = cache.follow(app.text("guid"));
    print(session, cache.recent(app.text("guid"), SOME));
    follow(session, follower);
  }

  /** Until the user ends it. */
  private static void follow(Session session, LogFollower follower) {
    int failures = 0;
    while (true) {
      try {
        print(session, follower.next());
        failures = 0;
      } catch (ApiException e) {
        if (++failures == FAILURES_IN_A_ROW) {
          throw e;
        }
      }
      session.time().pause(BETWEEN_LOOKS);
    }
  }

  private static void print(Session session, List<LogLine> lines) {
    ZoneId zone = ZoneId.systemDefault();
    for (LogLine line : lines) {
      session.terminal().line(line.format(zone, session.terminal().style()));
    }
  }
}
