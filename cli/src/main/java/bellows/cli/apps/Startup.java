package bellows.cli.apps;

import bellows.cli.api.Api;
import bellows.cli.api.ApiException;
import bellows.cli.api.Json;
import bellows.cli.failure.CommandFailure;
import bellows.cli.logs.LogCache;
import bellows.cli.logs.LogLine;
import bellows.cli.session.Session;
import bellows.cli.terminal.Human;
import bellows.cli.terminal.Spinner;
import bellows.cli.terminal.Terminal;
import bellows.cli.time.Polling;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Waits until an app runs. The rule is the field's (reference/api.md, T1): a process is up when it
 * has no instances to show or one that runs, and has failed when all have crashed.
 */
public final class Startup {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int LAST_LINES = 20;

  private final Session session;
  private final String appName;
  private final String appGuid;
  private volatile String progress = "Starting";

  public Startup(Session session, Json app) {
    this.session = session;
    this.appName = app.text("name");
    this.appGuid = app.text("guid");
  }

  /** Waits for all processes of the app. */
  public void await() {
    awaitProcesses(
        session.api().all("/v3/apps/" + appGuid + "/processes").stream()
            .map(process -> process.text("guid"))
            .toList());
  }

  /** Waits for these processes, as those that a deployment has made. */
  public void awaitProcesses(List<String> processes) {
    session
        .terminal()
        .line("Waiting for app " + session.terminal().style().name(appName) + " to start...");
    session.terminal().line();
    try (Spinner _ = new Spinner(session.terminal(), session.time(), () -> progress)) {
      for (String process : processes) {
        await(process);
      }
    } catch (CommandFailure failure) {
      recentLogs();
      throw failure;
    }
  }

  private void await(String process) {
    Polling polling = new Polling(session.time(), patience());
    List<Json> instances = List.of();
    do {
      try {
        instances = stats(process);
        if (instances.isEmpty() || any(instances, "RUNNING")) {
          return;
        }
        if (instances.stream().allMatch(each -> each.text("state").equals("CRASHED"))) {
          throw failure("Start unsuccessful", instances);
        }
        progress = "Starting, " + states(instances);
      } catch (ApiException e) {
        // Stats may be missing for a moment; the deadline decides.
        if (e.status() < 500) {
          throw e;
        }
      }
    } while (polling.again());
    throw failure(
        "Start app timeout: no instance runs after " + Human.elapsed(patience()), instances);
  }

  private List<Json> stats(String process) {
    return session.api().get("/v3/processes/" + process + "/stats").items("resources");
  }

  private static boolean any(List<Json> instances, String state) {
    return instances.stream().anyMatch(each -> each.text("state").equals(state));
  }

  private static String states(List<Json> instances) {
    Set<String> details = new TreeSet<>();
    long starting = 0;
    for (Json instance : instances) {
      if (instance.text("state").equals("STARTING")) {
        starting++;
      }
      if (!instance.text("details").isEmpty()) {
        details.add(instance.text("details"));
      }
    }
    String counted = starting + " of " + instances.size() + " instances starting";
    return details.isEmpty() ? counted : counted + " (" + String.join("; ", details) + ")";
  }

  private CommandFailure failure(String what, List<Json> instances) {
    List<String> lines = new ArrayList<>();
    lines.add(what);
    for (Json instance : instances) {
      String details = instance.text("details");
      lines.add(
          "#"
              + instance.number("index")
              + " "
              + instance.text("state").toLowerCase(java.util.Locale.ROOT)
              + (details.isEmpty() ? "" : ": " + details));
    }
    return CommandFailure.of(
        String.join("\n", lines),
        "use 'bellows logs " + appName + " --recent' for more information.");
  }

  /** What the app said last; its absence must not hide the failure itself. */
  private void recentLogs() {
    Terminal terminal = session.terminal();
    try {
      Api api = session.api();
      List<LogLine> lines =
          new LogCache(api, session.endpoints().logCache())
              .recent(appGuid, 5 * LAST_LINES).stream()
                  .filter(line -> !line.fromStaging())
                  .toList();
      if (!lines.isEmpty()) {
        terminal.line("Last lines of the app's log:");
        lines
            .subList(Math.max(0, lines.size() - LAST_LINES), lines.size())
            .forEach(line -> terminal.line(line.format(ZoneId.systemDefault(), terminal.style())));
        terminal.line();
      }
    } catch (ApiException | CommandFailure e) {
      terminal.warn("The app's log cannot be read now: " + e.getMessage());
    }
  }

  private Duration patience() {
    String minutes = session.environment("CF_STARTUP_TIMEOUT");
    try {
      return minutes.isEmpty()
          ? PATIENCE
          : Duration.ofMillis((long) (Double.parseDouble(minutes) * 60_000));
    } catch (NumberFormatException e) {
      throw CommandFailure.usage("CF_STARTUP_TIMEOUT is not a number of minutes: " + minutes);
    }
  }
}
