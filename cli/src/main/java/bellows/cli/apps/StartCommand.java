package bellows.cli.apps;

import bellows.cli.api.Json;
import bellows.cli.session.Session;
import picocli.CommandLine;

@CommandLine.Command(
    name = "start",
    aliases = "st",
    description = "Start an app.",
    footer = {"", "Example:", "  bellows start shop"})
final class StartCommand extends NamedAppCommand {
  @Override
  public void run(Session session) {
    Json app = new Apps(session).require(name());
    announce(session, "Starting app", "in");
    session.terminal().line();
    if (app.text("state").equals("STARTED")) {
      session.terminal().line("App '" + name() + "' is already started.");
      session.terminal().ok();
      return;
    }
    new Droplets(session, app).useNewest();
    session.api().post("/v3/apps/" + app.text("guid") + "/actions/start", Json.of(null));
    new Startup(session, app).await();
    AppSummary.of(session, new Apps(session).require(name())).print();
  }
}
