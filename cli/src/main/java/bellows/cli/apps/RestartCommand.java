package bellows.cli.apps;

import bellows.cli.api.Json;
import bellows.cli.session.Session;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
    name = "restart",
    aliases = "rs",
    description = "Stop and start an app, or replace its instances one after the other.",
    footer = {
      "",
      "Examples:",
      "  bellows restart shop",
      "  bellows restart shop --strategy rolling"
    })
final class RestartCommand extends NamedAppCommand {
  @Option(
      names = "--strategy",
      paramLabel = "STRATEGY",
      description = "rolling or canary: without interruption.")
  private @Nullable String strategy;

  @Override
  public void run(Session session) {
    Json app = new Apps(session).require(name());
    announce(session, "Restarting app", "in");
    session.terminal().line();
    boolean started = app.text("state").equals("STARTED");
    if (strategy != null && started) {
      new Deployment(session, app).run(Deployment.Strategy.of(strategy), null, Json.of(null));
    } else {
      new Droplets(session, app).useNewest();
      String actions = "/v3/apps/" + app.text("guid") + "/actions/";
      if (started) {
        session.terminal().line("Stopping app...");
        session.api().post(actions + "stop", Json.of(null));
      }
      session.api().post(actions + "start", Json.of(null));
      new Startup(session, app).await();
    }
    AppSummary.of(session, new Apps(session).require(name())).print();
  }
}
