package bellows.cli.services;

import bellows.cli.api.Api;
import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.command.ListCommand;
import bellows.cli.session.Session;
import bellows.cli.terminal.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

@CommandLine.Command(
    name = "services",
    aliases = "s",
    description = "List the service instances of the targeted space, and the routes bound to them.",
    footer = {"", "Examples:", "  bellows services", "  bellows services --json"})
final class ServicesCommand extends ListCommand {
  /** Guids in one query, so that the address stays short. */
  private static final int AT_ONCE = 100;

  @Override
  public void run(Session session) {
    Api api = session.api();
    String inSpace = "?per_page=5000&space_guids=" + session.space().guid();
    List<Json> instances = api.all("/v3/service_instances" + inSpace + "&order_by=name");
    if (json()) {
      printJson(session, instances);
      return;
    }
    session.terminal().line("Getting service instances for " + session.where() + "...");
    session.terminal().line();
    if (instances.isEmpty()) {
      session.terminal().line("No service instances found.");
      return;
    }
    Map<String, String> bound = boundRoutes(api, inSpace, instances);
    Table table = Table.headed("name", "type", "route service", "bound routes");
    for (Json instance : instances) {
      table.row(
          instance.text("name"),
          instance.text("type"),
          instance.text("route_service_url"),
          bound.getOrDefault(instance.text("guid"), ""));
    }
    table.print(session.terminal());
  }

  /** By instance. */
  private static Map<String, String> boundRoutes(Api api, String inSpace, List<Json> instances) {
    Map<String, String> urls = new HashMap<>();
    api.all("/v3/routes" + inSpace)
        .forEach(route -> urls.put(route.text("guid"), route.text("url")));
    Map<String, String> bound = new HashMap<>();
    for (Json binding : bindings(api, instances)) {
      String url = urls.get(binding.text("relationships", "route", "data", "guid"));
      if (url != null) {
        bound.merge(
            binding.text("relationships", "service_instance", "data", "guid"),
            url,
            (some, more) -> some + ", " + more);
      }
    }
    return bound;
  }

  private static List<Json> bindings(Api api, List<Json> instances) {
    List<String> guids = instances.stream().map(instance -> instance.text("guid")).toList();
    List<Json> bindings = new ArrayList<>();
    for (int first = 0; first < guids.size(); first += AT_ONCE) {
      List<String> some = guids.subList(first, Math.min(first + AT_ONCE, guids.size()));
      bindings.addAll(
          api.all(
              Query.of("/v3/service_route_bindings")
                  .with("per_page", "5000")
                  .with("service_instance_guids", String.join(",", some))
                  .path()));
    }
    return bindings;
  }
}
