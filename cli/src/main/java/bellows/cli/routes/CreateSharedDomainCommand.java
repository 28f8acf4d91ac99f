package bellows.cli.routes;

import bellows.cli.api.Json;
import bellows.cli.command.Command;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "create-shared-domain",
    description = "Make a domain that every org can use.",
    footer = {
      "",
      "Examples:",
      "  bellows create-shared-domain apps.example.com",
      "",
      "For TCP routes, where the platform has router.tcp_ports:",
      "  bellows create-shared-domain tcp.example.com --tcp"
    })
final class CreateSharedDomainCommand extends Command {
  @Parameters(paramLabel = "DOMAIN", description = "Name of the domain.")
  private String domain = "";

  @Option(names = "--internal", description = "For calls from app to app only.")
  private boolean internal;

  @Option(names = "--tcp", description = "For TCP routes: they have ports instead of hosts.")
  private boolean tcp;

  @Override
  public void run(Session session) {
    if (internal && tcp) {
      throw CommandFailure.usage("--internal does not go with --tcp");
    }
    session.terminal().line("Creating shared domain " + domain + "...");
    session.api().post("/v3/domains", body(session));
    session.terminal().ok();
  }

  private Json body(Session session) {
    if (tcp) {
      return Json.object("name", domain, "router_group", Json.object("guid", group(session)));
    }
    return internal ? Json.object("name", domain, "internal", true) : Json.object("name", domain);
  }

  private static String group(Session session) {
    return session.api().get("/routing/v1/router_groups").items().stream()
        .map(group -> group.text("guid"))
        .findFirst()
        .orElseThrow(() ->
            CommandFailure.of(
                "This platform has no TCP routes",
                "an operator sets router.tcp_ports in its bellows.properties."));
  }
}
