package bellows.cli.routes;

import bellows.cli.api.Json;
import bellows.cli.command.Command;
import bellows.cli.session.Session;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "delete-route",
    description = "Delete a route.",
    footer = {
      "",
      "Examples:",
      "  bellows delete-route bellows.localhost -n shop -f",
      "  bellows delete-route tcp.bellows.localhost --port 1024"
    })
final class DeleteRouteCommand extends Command {
  @Parameters(paramLabel = "DOMAIN", description = "Domain of the route.")
  private String domain = "";

  @Mixin private RouteAddress address = new RouteAddress();

  @Option(names = "-f", description = "Do not ask.")
  private boolean force;

  @Override
  public void run(Session session) {
    RouteFinder routes = new RouteFinder(session);
    Json foundDomain = routes.domain(domain);
    String text = RouteFinder.address(foundDomain, address);
    Optional<Json> route = routes.find(foundDomain, address);
    if (route.isPresent()
        && !force
        && !session.prompt().agrees("Really delete the route " + text + "?")) {
      session.terminal().line("Delete cancelled");
      return;
    }
    session.terminal().line("Deleting route " + text + "...");
    if (route.isPresent()) {
      session.api().delete("/v3/routes/" + route.get().text("guid"));
    } else {
      session.terminal().warn("Route " + text + " does not exist.");
    }
    session.terminal().ok();
  }
}
