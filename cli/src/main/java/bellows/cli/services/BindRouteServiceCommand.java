package bellows.cli.services;

import bellows.cli.api.ApiException;
import bellows.cli.api.Json;
import bellows.cli.command.Command;
import bellows.cli.routes.HttpRouteAddress;
import bellows.cli.routes.RouteFinder;
import bellows.cli.session.Session;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "bind-route-service",
    aliases = "brs",
    description = "Let requests for a route pass by a service before they reach its apps.",
    footer = {"", "Example:", "  bellows bind-route-service bellows.localhost -n shop guard"})
final class BindRouteServiceCommand extends Command {
  @Parameters(index = "0", paramLabel = "DOMAIN", description = "Domain of the route.")
  private String domain = "";

  @Parameters(index = "1", paramLabel = "SERVICE_INSTANCE", description = "Name of the service.")
  private String service = "";

  @Mixin private HttpRouteAddress address = new HttpRouteAddress();

  @Override
  public void run(Session session) {
    RouteFinder routes = new RouteFinder(session);
    Json found = routes.httpDomain(domain);
    String text = RouteFinder.address(found, address);
    session.terminal().line("Binding route " + text + " to service instance " + service + "...");
    Json relationships =
        Json.object(
            "service_instance",
            Json.reference(new ServiceFinder(session).require(service).text("guid")),
            "route",
            Json.reference(routes.require(found, address).text("guid")));
    try {
      session.api().post("/v3/service_route_bindings", Json.object("relationships", relationships));
    } catch (ApiException e) {
      if (!e.says("already bound")) {
        throw e;
      }
      session
          .terminal()
          .warn("Route " + text + " is already bound to service instance " + service + ".");
    }
    session.terminal().ok();
  }
}
