package bellows.cli.services;

import bellows.cli.api.Json;
import bellows.cli.command.Command;
import bellows.cli.session.Session;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "delete-service",
    aliases = "ds",
    description = "Delete a service instance; routes that were bound to it lead straight to apps.",
    footer = {"", "Example:", "  bellows delete-service guard -f"})
final class DeleteServiceCommand extends Command {
  @Parameters(paramLabel = "SERVICE_INSTANCE", description = "Name of the service instance.")
  private String name = "";

  @Option(names = "-f", description = "Do not ask.")
  private boolean force;

  @Override
  public void run(Session session) {
    if (!force && !session.prompt().agrees("Really delete the service instance " + name + "?")) {
      session.terminal().line("Delete cancelled");
      return;
    }
    session.terminal().line("Deleting service instance " + name + "...");
    Optional<Json> instance = new ServiceFinder(session).find(name);
    if (instance.isPresent()) {
      session.api().delete("/v3/service_instances/" + instance.get().text("guid"));
    } else {
      session.terminal().warn("Service instance '" + name + "' does not exist.");
    }
    session.terminal().ok();
  }
}
