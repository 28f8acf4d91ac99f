package bellows.cli.apps;

import bellows.cli.api.Api;
import bellows.cli.api.Json;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
    name = "delete",
    aliases = "d",
    description = "Delete an app, and its routes on request.",
    footer = {"", "Examples:", "  bellows delete shop", "  bellows delete shop -f -r"})
final class DeleteCommand extends NamedAppCommand {
  @Option(names = "-f", description = "Do not ask.")
  private boolean force;

  @Option(names = "-r", description = "Delete the app's routes, too.")
  private boolean routes;

  @Override
  public void run(Session session) {
    if (!force && !session.prompt().agrees("Really delete the app " + name() + "?")) {
      session.terminal().line("Delete cancelled");
      return;
    }
    announce(session, "Deleting app", "in");
    Optional<Json> app = new Apps(session).find(name());
    if (app.isEmpty()) {
      session.terminal().warn("App '" + name() + "' does not exist.");
      session.terminal().ok();
      return;
    }
    Api api = session.api();
    String path = "/v3/apps/" + app.get().text("guid");
    List<Json> mapped = routes ? api.all(path + "/routes") : List.of();
    mapped.forEach(route -> refuseShared(route, app.get().text("guid")));
    api.delete(path);
    for (Json route : mapped) {
      session.terminal().line("Deleting route " + route.text("url") + "...");
      api.delete("/v3/routes/" + route.text("guid"));
    }
    session.terminal().ok();
  }

  private void refuseShared(Json route, String app) {
    boolean shared =
        route.items("destinations").stream()
            .anyMatch(destination -> !destination.text("app", "guid").equals(app));
    if (shared) {
      throw CommandFailure.of(
          "The route " + route.text("url") + " leads to another app, too; nothing was deleted",
          "take this app off it with 'bellows unmap-route', or delete without -r.");
    }
  }
}
