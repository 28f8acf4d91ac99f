package bellows.cli.apps;

import bellows.cli.api.Api;
import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.session.Session;
import bellows.cli.terminal.Human;
import bellows.cli.terminal.Style;
import bellows.cli.terminal.Table;
import bellows.cli.terminal.Terminal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Everything about one app on one screen: what {@code app} shows and what a push ends with. */
public final class AppSummary {
  private final Session session;
  private final Api api;
  private final Json app;
  private final List<Shown> processes = new ArrayList<>();
  private final List<Json> routes;
  private final Json droplet;
  private final Json deployment;

  private record Shown(Json process, List<Json> stats) {}

  private AppSummary(Session session, Json app) {
    this.session = session;
    this.api = session.api();
    this.app = app;
    String path = "/v3/apps/" + app.text("guid");
    for (Json listed : api.all(path + "/processes")) {
      // The list hides the start command.
      Json process = api.get("/v3/processes/" + listed.text("guid"));
      List<Json> stats =
          api.get("/v3/processes/" + listed.text("guid") + "/stats").items("resources");
      processes.add(new Shown(process, stats));
    }
    routes = api.all(path + "/routes");
    droplet = api.find(path + "/droplets/current").orElse(Json.of(null));
    deployment =
        api.first(
                Query.of("/v3/deployments")
                    .with("app_guids", app.text("guid"))
                    .with("status_values", "ACTIVE")
                    .with("order_by", "-created_at"))
            .orElse(Json.of(null));
  }

  /** Asks for everything now. */
  public static AppSummary of(Session session, Json app) {
    return new AppSummary(session, app);
  }

  Json json() {
    List<Json> withStats =
        processes.stream()
            .map(each -> Json.object("process", each.process(), "stats", each.stats()))
            .toList();
    return Json.object("app", app, "processes", withStats, "routes", routes, "droplet", droplet);
  }

  public void print() {
    Terminal terminal = session.terminal();
    Style style = terminal.style();
    Table.plain()
        .row("name:", style.name(app.text("name")))
        .row("requested state:", style.state(app.text("state").toLowerCase(Locale.ROOT)))
        .row(
            "routes:",
            routes.stream().map(route -> route.text("url")).collect(Collectors.joining(", ")))
        .row("last uploaded:", droplet.time("created_at").map(Human::date).orElse(""))
        .row(
            "stack:",
            droplet.present() ? droplet.text("stack") : app.text("lifecycle", "data", "stack"))
        .print(terminal);
    buildpacks(terminal);
    if (deployment.present()) {
      terminal.line();
      terminal.line(
          "Active deployment, "
              + deployment.text("strategy")
              + ": "
              + deployment.text("status", "reason").toLowerCase(Locale.ROOT)
              + deployment
                  .time("status", "details", "last_status_change")
                  .map(at -> " since " + Human.date(at))
                  .orElse(""));
    }
    for (Shown process : processes) {
      terminal.line();
      print(terminal, process);
    }
  }

  private void buildpacks(Terminal terminal) {
    List<Json> buildpacks = droplet.items("buildpacks");
    terminal.line("buildpacks:");
    if (buildpacks.isEmpty()) {
      return;
    }
    Table table =
        Table.headed("name", "version", "detect output", "buildpack name").indented("    ");
    for (Json buildpack : buildpacks) {
      table.row(
          buildpack.text("name"),
          buildpack.text("version"),
          buildpack.text("detect_output"),
          buildpack.text("buildpack_name"));
    }
    table.print(terminal);
  }

  private void print(Terminal terminal, Shown each) {
    Json process = each.process();
    long running =
        each.stats().stream().filter(stat -> stat.text("state").equals("RUNNING")).count();
    Table head =
        Table.plain()
            .row("type:", process.text("type"))
            .row("instances:", running + "/" + process.number("instances"))
            .row("memory usage:", Human.megabytes(process.number("memory_in_mb")));
    if (!process.text("command").isEmpty()) {
      head.row("start command:", process.text("command"));
    }
    head.print(terminal);
    if (each.stats().isEmpty()) {
      terminal.line("There are no running instances of this process.");
      return;
    }
    Table table =
        Table.headed("", "state", "since", "cpu", "memory", "disk", "logging", "ready", "details");
    for (Json stat : each.stats()) {
      table.row(row(terminal.style(), stat));
    }
    table.print(terminal);
    each.stats().stream()
        .map(Sleeping::wakes)
        .filter(line -> !line.isEmpty())
        .forEach(terminal::line);
  }

  private String[] row(Style style, Json stat) {
    String index = "#" + stat.number("index");
    String state =
        style.state(
            Sleeping.isAsleep(stat) ? "asleep" : stat.text("state").toLowerCase(Locale.ROOT));
    if (!stat.at("mem_quota").present()) {
      // Nothing runs for this index, so there is nothing to measure.
      return new String[] {index, state, "", "", "", "", "", "", stat.text("details")};
    }
    Instant since =
        session.time().now().minusSeconds(stat.number("uptime")).truncatedTo(ChronoUnit.SECONDS);
    Json usage = stat.at("usage");
    return new String[] {
      index,
      state,
      since.toString(),
      Human.percent(usage.real("cpu")),
      Human.bytes(usage.number("mem")) + " of " + Human.bytes(stat.number("mem_quota")),
      Human.bytes(usage.number("disk")) + " of " + Human.bytes(stat.number("disk_quota")),
      Human.bytes(usage.number("log_rate")) + "/s of " + logLimit(stat),
      stat.at("routable").present() ? (stat.flag("routable") ? "true" : "false") : "",
      stat.text("details")
    };
  }

  private static String logLimit(Json stat) {
    long limit = stat.number("log_rate_limit");
    return stat.at("log_rate_limit").present() && limit >= 0
        ? Human.bytes(limit) + "/s"
        : "unlimited";
  }
}
