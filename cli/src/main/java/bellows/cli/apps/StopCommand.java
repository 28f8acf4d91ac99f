package bellows.cli.apps;

import bellows.cli.api.Json;
import bellows.cli.session.Session;
import picocli.CommandLine;

@CommandLine.Command(
    name = "stop",
    aliases = "sp",
    description = "Stop an app; it does not wake by itself then.",
    footer = {"", "Example:", "  bellows stop shop"})
final class StopCommand extends NamedAppCommand {
  @Override
  public void run(Session session) {
    Json app = new Apps(session).require(name());
    announce(session, "Stopping app", "in");
    if (app.text("state").equals("STOPPED")) {
      session.terminal().line("App '" + name() + "' is already stopped.");
    } else {
      session.api().post("/v3/apps/" + app.text("guid") + "/actions/stop", Json.of(null));
    }
    session.terminal().ok();
  }
}
