package bellows.cli.routes;

import bellows.cli.api.Json;
import bellows.cli.command.Command;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "update-route",
    description = "Change how the router treats a route: balancing, rate limit, compression.",
    footer = {
      "",
      "Options of a route: loadbalancing=round-robin or least-connection, rate_limit=100/m (s, m, h)",
      "or off, compression=on or off. What is not set is as the platform has it.",
      "",
      "Examples:",
      "  bellows update-route bellows.localhost -n shop -o loadbalancing=least-connection",
      "  bellows update-route bellows.localhost -n shop -o rate_limit=100/m -r compression"
    })
final class UpdateRouteCommand extends Command {
  @Parameters(paramLabel = "DOMAIN", description = "Domain of the route.")
  private String domain = "";

  @Mixin private HttpRouteAddress address = new HttpRouteAddress();

  @Option(
      names = {"-o", "--option"},
      paramLabel = "NAME=VALUE",
      description = "Set an option; may be given several times.")
  private List<String> set = new ArrayList<>();

  @Option(
      names = {"-r", "--remove-option"},
      paramLabel = "NAME",
      description = "Take an option away; may be given several times.")
  private List<String> removed = new ArrayList<>();

  @Override
  public void run(Session session) {
    Json options = options();
    RouteFinder routes = new RouteFinder(session);
    Json found = routes.httpDomain(domain);
    String text = RouteFinder.address(found, address);
    session.terminal().line("Updating route " + text + " in " + session.where() + "...");
    Json route = routes.require(found, address);
    session.api().patch("/v3/routes/" + route.text("guid"), Json.object("options", options));
    session.terminal().ok();
  }

  private Json options() {
    List<Object> pairs = new ArrayList<>();
    for (String pair : set) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw CommandFailure.of(
            "'" + pair + "' is no option of a route",
            "'-o' takes NAME=VALUE, such as rate_limit=100/m.");
      }
      pairs.add(pair.substring(0, equals));
      pairs.add(pair.substring(equals + 1));
    }
    for (String name : removed) {
      pairs.add(name);
      pairs.add(Json.of(null));
    }
    if (pairs.isEmpty()) {
      throw CommandFailure.of("There is nothing to change", "name an option with '-o' or '-r'.");
    }
    return Json.object(pairs.toArray());
  }
}
