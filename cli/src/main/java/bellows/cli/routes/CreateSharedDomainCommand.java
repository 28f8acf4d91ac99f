package bellows.cli.routes;

import bellows.cli.api.Json;
import bellows.cli.command.Command;
import bellows.cli.session.Session;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "create-shared-domain",
    description = "Make a domain that every org can use.",
    footer = {"", "Example:", "  bellows create-shared-domain apps.example.com"})
final class CreateSharedDomainCommand extends Command {
  @Parameters(paramLabel = "DOMAIN", description = "Name of the domain.")
  private String domain = "";

  @Option(names = "--internal", description = "For calls from app to app only.")
  private boolean internal;

  @Override
  public void run(Session session) {
    session.terminal().line("Creating shared domain " + domain + "...");
    session
        .api()
        .post(
            "/v3/domains",
            internal ? Json.object("name", domain, "internal", true) : Json.object("name", domain));
    session.terminal().ok();
  }
}
