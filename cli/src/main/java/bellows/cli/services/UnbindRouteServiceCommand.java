package bellows.cli.services;

import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.command.Command;
import bellows.cli.routes.HttpRouteAddress;
import bellows.cli.routes.RouteFinder;
import bellows.cli.session.Session;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "unbind-route-service",
    aliases = "urs",
    description = "Let requests for a route reach its apps without passing by a service.",
    footer = {"", "Example:", "  bellows unbind-route-service bellows.localhost -n shop guard -f"})
final class UnbindRouteServiceCommand extends Command {
  @Parameters(index = "0", paramLabel = "DOMAIN", description = "Domain of the route.")
  private String domain = "";

  @Parameters(index = "1", paramLabel = "SERVICE_INSTANCE", description = "Name of the service.")
  private String service = "";

  @Mixin private HttpRouteAddress address = new HttpRouteAddress();

  @Option(names = "-f", description = "Do not ask.")
  private boolean force;

  @Override
  public void run(Session session) {
    RouteFinder routes = new RouteFinder(session);
    Json found = routes.httpDomain(domain);
    String text = RouteFinder.address(found, address);
    String question =
        "Unbinding may leave apps mapped to route " + text + " vulnerable. Really unbind it?";
    if (!force && !session.prompt().agrees(question)) {
      session.terminal().line("Unbind cancelled");
      return;
    }
    session
        .terminal()
        .line("Unbinding route " + text + " from service instance " + service + "...");
    Json instance = new ServiceFinder(session).require(service);
    Json route = routes.require(found, address);
    Optional<Json> binding =
        session
            .api()
            .first(
                Query.of("/v3/service_route_bindings")
                    .with("route_guids", route.text("guid"))
                    .with("service_instance_guids", instance.text("guid")));
    if (binding.isPresent()) {
      session.api().delete("/v3/service_route_bindings/" + binding.get().text("guid"));
    } else {
      session
          .terminal()
          .warn("Route " + text + " was not bound to service instance " + service + ".");
    }
    session.terminal().ok();
  }
}
