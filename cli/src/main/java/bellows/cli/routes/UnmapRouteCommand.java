package bellows.cli.routes;

import bellows.cli.api.Json;
import bellows.cli.apps.Apps;
import bellows.cli.command.Command;
import bellows.cli.session.Session;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "unmap-route",
    description = "Take an app off a route; the route stays.",
    footer = {
      "",
      "Examples:",
      "  bellows unmap-route shop bellows.localhost -n shop",
      "  bellows unmap-route db tcp.bellows.localhost --port 1024"
    })
final class UnmapRouteCommand extends Command {
  @Parameters(index = "0", paramLabel = "APP_NAME", description = "Name of the app.")
  private String app = "";

  @Parameters(index = "1", paramLabel = "DOMAIN", description = "Domain of the route.")
  private String domain = "";

  @Mixin private RouteAddress address = new RouteAddress();

  @Override
  public void run(Session session) {
    RouteFinder routes = new RouteFinder(session);
    Json foundDomain = routes.domain(domain);
    String guid = new Apps(session).require(app).text("guid");
    String text = RouteFinder.address(foundDomain, address);
    session
        .terminal()
        .line("Removing route " + text + " from app " + app + " in " + session.where() + "...");
    Json route = routes.require(foundDomain, address);
    List<Json> destinations =
        route.items("destinations").stream()
            .filter(each -> each.text("app", "guid").equals(guid))
            .toList();
    if (destinations.isEmpty()) {
      session.terminal().warn("Route " + text + " does not lead to app " + app + ".");
    }
    for (Json destination : destinations) {
      session
          .api()
          .delete("/v3/routes/" + route.text("guid") + "/destinations/" + destination.text("guid"));
    }
    session.terminal().ok();
  }
}
