package bellows.cli.routes;

import bellows.cli.api.Json;
import bellows.cli.command.Command;
import bellows.cli.session.Session;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "create-route",
    description = "Reserve a route in the targeted space.",
    footer = {
      "",
      "Examples:",
      "  bellows create-route bellows.localhost -n shop --path /cart",
      "",
      "A TCP route, where the platform has router.tcp_ports; without --port any free one:",
      "  bellows create-route tcp.bellows.localhost --port 1024"
    })
final class CreateRouteCommand extends Command {
  @Parameters(paramLabel = "DOMAIN", description = "Domain of the route.")
  private String domain = "";

  @Mixin private RouteAddress address = new RouteAddress();

  @Override
  public void run(Session session) {
    RouteFinder routes = new RouteFinder(session);
    Json found = routes.domain(domain);
    String text = RouteFinder.address(found, address);
    session.terminal().line("Creating route " + text + " for " + session.where() + "...");
    Optional<Json> created = routes.create(found, address);
    if (created.isEmpty()) {
      session.terminal().warn("Route " + text + " already exists.");
    } else if (RouteFinder.getsAnyPort(found, address)) {
      session.terminal().line("Route " + created.get().text("url") + " has been created.");
    }
    session.terminal().ok();
  }
}
