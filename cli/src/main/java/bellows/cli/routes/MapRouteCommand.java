package bellows.cli.routes;

import bellows.cli.api.Json;
import bellows.cli.apps.Apps;
import bellows.cli.command.Command;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "map-route",
    description = "Let a route lead to an app; the route is made when it is not there.",
    footer = {
      "",
      "Examples:",
      "  bellows map-route shop bellows.localhost -n shop",
      "  bellows map-route shop example.com --path /cart",
      "",
      "A TCP route, where the platform has router.tcp_ports; without --port a new one at any free port:",
      "  bellows map-route db tcp.bellows.localhost --port 1024"
    })
final class MapRouteCommand extends Command {
  @Parameters(index = "0", paramLabel = "APP_NAME", description = "Name of the app.")
  private String app = "";

  @Parameters(index = "1", paramLabel = "DOMAIN", description = "Domain of the route.")
  private String domain = "";

  @Mixin private RouteAddress address = new RouteAddress();

  @Option(names = "--app-protocol", paramLabel = "PROTOCOL", description = "http1 or http2.")
  private @Nullable String protocol;

  @Override
  public void run(Session session) {
    RouteFinder routes = new RouteFinder(session);
    Json foundDomain = routes.domain(domain);
    Json foundApp = new Apps(session).require(app);
    String wanted = RouteFinder.address(foundDomain, address);
    boolean anyPort = RouteFinder.getsAnyPort(foundDomain, address);
    Optional<Json> found = anyPort ? Optional.empty() : routes.find(foundDomain, address);
    Json route =
        found
            .or(() -> {
              session.terminal().line("Creating route " + wanted + "...");
              Optional<Json> created = routes.create(foundDomain, address);
              session.terminal().ok();
              return created;
            })
            .orElseThrow(() ->
                CommandFailure.of(
                    "Route " + wanted + " belongs to a space that you do not see",
                    "take another host, path or port."));
    String text = anyPort ? route.text("url") : wanted;
    session
        .terminal()
        .line("Mapping route " + text + " to app " + app + " in " + session.where() + "...");
    String guid = foundApp.text("guid");
    boolean mapped =
        route.items("destinations").stream()
            .anyMatch(each -> each.text("app", "guid").equals(guid));
    if (mapped) {
      session.terminal().line("App '" + app + "' is already mapped to route '" + text + "'.");
    } else {
      Json target = Json.object("guid", guid);
      Json destination =
          protocol == null
              ? Json.object("app", target)
              : Json.object("app", target, "protocol", protocol);
      session
          .api()
          .post(
              "/v3/routes/" + route.text("guid") + "/destinations",
              Json.object("destinations", List.of(destination)));
    }
    session.terminal().ok();
  }
}
