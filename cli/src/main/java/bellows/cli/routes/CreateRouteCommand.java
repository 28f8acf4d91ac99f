package bellows.cli.routes;

import bellows.cli.api.Json;
import bellows.cli.command.Command;
import bellows.cli.session.Session;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "create-route",
    description = "Reserve a route in the targeted space.",
    footer = {"", "Example:", "  bellows create-route bellows.localhost -n shop --path /cart"})
final class CreateRouteCommand extends Command {
  @Parameters(paramLabel = "DOMAIN", description = "Domain of the route.")
  private String domain = "";

  @Mixin private RouteAddress address = new RouteAddress();

  @Override
  public void run(Session session) {
    RouteFinder routes = new RouteFinder(session);
    Json found = routes.domain(domain);
    String text = RouteFinder.address(found, address.host(), address.path());
    session.terminal().line("Creating route " + text + " for " + session.where() + "...");
    if (routes.create(found, address.host(), address.path()).isEmpty()) {
      session.terminal().warn("Route " + text + " already exists.");
    }
    session.terminal().ok();
  }
}
