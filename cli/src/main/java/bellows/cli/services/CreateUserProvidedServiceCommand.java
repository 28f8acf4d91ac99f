package bellows.cli.services;

import bellows.cli.api.Json;
import bellows.cli.command.Command;
import bellows.cli.session.Session;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "create-user-provided-service",
    aliases = "cups",
    description = "Name a service that you run yourself, such as one that requests pass by.",
    footer = {
      "",
      "Example:",
      "  bellows create-user-provided-service guard -r https://guard.example.com"
    })
final class CreateUserProvidedServiceCommand extends Command {
  @Parameters(paramLabel = "SERVICE_INSTANCE", description = "Name of the service instance.")
  private String name = "";

  @Option(
      names = "-r",
      required = true,
      paramLabel = "URL",
      description = "Where requests for bound routes go first; https.")
  private String url = "";

  @Override
  public void run(Session session) {
    session
        .terminal()
        .line("Creating user provided service " + name + " in " + session.where() + "...");
    session
        .api()
        .post(
            "/v3/service_instances",
            Json.object(
                "type",
                "user-provided",
                "name",
                name,
                "route_service_url",
                url,
                "relationships",
                Json.object("space", Json.reference(session.space().guid()))));
    session.terminal().ok();
  }
}
