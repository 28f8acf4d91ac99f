package bellows.cli.routes;

import bellows.cli.api.Api;
import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.command.ListCommand;
import bellows.cli.session.Session;
import bellows.cli.terminal.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine;

@CommandLine.Command(
    name = "routes",
    aliases = "r",
    description = "List the routes of the targeted space.",
    footer = {"", "Examples:", "  bellows routes", "  bellows routes --json"})
final class RoutesCommand extends ListCommand {
  @Override
  public void run(Session session) {
    Api api = session.api();
    Query query =
        Query.of("/v3/routes").with("space_guids", session.space().guid()).with("per_page", "5000");
    List<Json> routes = api.all(query.path());
    if (json()) {
      printJson(session, routes);
      return;
    }
    session.terminal().line("Getting routes for " + session.where() + "...");
    session.terminal().line();
    if (routes.isEmpty()) {
      session.terminal().line("No routes found.");
      return;
    }
    Map<String, String> domains = names(api, "/v3/domains?per_page=5000");
    Map<String, String> apps =
        names(api, "/v3/apps?per_page=5000&space_guids=" + session.space().guid());
    Table table =
        Table.headed("space", "host", "domain", "port", "path", "protocol", "apps", "options");
    for (Json route : routes) {
      String mapped =
          route.items("destinations").stream()
              .map(each -> apps.getOrDefault(each.text("app", "guid"), each.text("app", "guid")))
              .collect(Collectors.toCollection(TreeSet::new))
              .stream()
              .collect(Collectors.joining(", "));
      table.row(
          session.space().name(),
          route.text("host"),
          domains.getOrDefault(route.text("relationships", "domain", "data", "guid"), ""),
          route.at("port").present() ? String.valueOf(route.number("port")) : "",
          route.text("path"),
          route.text("protocol"),
          mapped,
          options(route));
    }
    table.print(session.terminal());
  }

  private static String options(Json route) {
    return route.members("options").entrySet().stream()
        .map(option -> option.getKey() + "=" + option.getValue().text())
        .collect(Collectors.joining(", "));
  }

  private static Map<String, String> names(Api api, String path) {
    Map<String, String> names = new HashMap<>();
    api.all(path).forEach(each -> names.put(each.text("guid"), each.text("name")));
    return names;
  }
}
