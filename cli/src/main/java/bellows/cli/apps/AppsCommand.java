package bellows.cli.apps;

import bellows.cli.api.Api;
import bellows.cli.api.ApiException;
import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.command.ListCommand;
import bellows.cli.session.Session;
import bellows.cli.terminal.Style;
import bellows.cli.terminal.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;

@CommandLine.Command(
    name = "apps",
    aliases = "a",
    description = "List the apps of the targeted space.",
    footer = {"", "Examples:", "  bellows apps", "  bellows apps --json"})
final class AppsCommand extends ListCommand {
  @Override
  public void run(Session session) {
    Api api = session.api();
    String space = session.space().guid();
    Query query =
        Query.of("/v3/apps")
            .with("space_guids", space)
            .with("order_by", "name")
            .with("per_page", "5000");
    List<Json> apps = api.all(query.path());
    if (json()) {
      printJson(session, apps);
      return;
    }
    session.terminal().line("Getting apps in " + session.where() + "...");
    session.terminal().line();
    if (apps.isEmpty()) {
      session.terminal().line("No apps found; 'bellows push' makes the first.");
      return;
    }
    Map<String, List<String>> processes = processes(api, space);
    Map<String, List<String>> routes = routes(api, space);
    Style style = session.terminal().style();
    Table table = Table.headed("name", "requested state", "processes", "routes");
    for (Json app : apps) {
      String guid = app.text("guid");
      table.row(
          style.name(app.text("name")),
          style.state(app.text("state").toLowerCase(Locale.ROOT)),
          String.join(", ", processes.getOrDefault(guid, List.of())),
          String.join(", ", routes.getOrDefault(guid, List.of())));
    }
    table.print(session.terminal());
  }

  /** By app guid: {@code web:1/2}, {@code web:3/3 (2 asleep)}. */
  private static Map<String, List<String>> processes(Api api, String space) {
    Map<String, List<String>> byApp = new HashMap<>();
    String path =
        Query.of("/v3/processes").with("space_guids", space).with("per_page", "5000").path();
    List<Json> processes;
    boolean embedded = true;
    try {
      processes = api.all(path + "&embed=process_instances");
    } catch (ApiException e) {
      if (e.status() != 400) {
        throw e;
      }
      // An older controller: one more call for each process.
      embedded = false;
      processes = api.all(path);
    }
    for (Json process : processes) {
      List<Json> instances =
          embedded
              ? process.items("process_instances")
              : api.get("/v3/processes/" + process.text("guid") + "/stats").items("resources");
      long running =
          instances.stream().filter(instance -> instance.text("state").equals("RUNNING")).count();
      byApp
          .computeIfAbsent(
              process.text("relationships", "app", "data", "guid"), _ -> new ArrayList<>())
          .add(
              process.text("type")
                  + ":"
                  + running
                  + "/"
                  + process.number("instances")
                  + asleep(instances, running));
    }
    return byApp;
  }

  /** Instances that sleep are running for the API; people want to tell them apart. */
  private static String asleep(List<Json> instances, long running) {
    long asleep = instances.stream().filter(Sleeping::isAsleep).count();
    if (asleep == 0) {
      return "";
    }
    return asleep == running ? " (asleep)" : " (" + asleep + " asleep)";
  }

  private static Map<String, List<String>> routes(Api api, String space) {
    Map<String, List<String>> byApp = new HashMap<>();
    for (Json route :
        api.all(
            Query.of("/v3/routes").with("space_guids", space).with("per_page", "5000").path())) {
      for (Json destination : route.items("destinations")) {
        byApp
            .computeIfAbsent(destination.text("app", "guid"), _ -> new ArrayList<>())
            .add(route.text("url"));
      }
    }
    return byApp;
  }
}
