package bellows.cli.apps;

import bellows.cli.api.Json;
import bellows.cli.session.Session;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
    name = "restage",
    aliases = "rg",
    description = "Build the app's source code again and start the result.",
    footer = {
      "",
      "Examples:",
      "  bellows restage shop",
      "  bellows restage shop --strategy rolling"
    })
final class RestageCommand extends NamedAppCommand {
  @Option(
      names = "--strategy",
      paramLabel = "STRATEGY",
      description = "rolling or canary: without interruption.")
  private @Nullable String strategy;

  @Override
  public void run(Session session) {
    Json app = new Apps(session).require(name());
    announce(session, "Restaging app", "in");
    session.terminal().line();
    Droplets droplets = new Droplets(session, app);
    String droplet = droplets.restage();
    boolean started = app.text("state").equals("STARTED");
    if (strategy != null && started) {
      new Deployment(session, app)
          .run(Deployment.Strategy.of(strategy), droplet, Json.object("max_in_flight", 1));
    } else {
      String actions = "/v3/apps/" + app.text("guid") + "/actions/";
      if (started) {
        session.api().post(actions + "stop", Json.of(null));
      }
      droplets.assign(droplet);
      session.api().post(actions + "start", Json.of(null));
      new Startup(session, app).await();
    }
    AppSummary.of(session, new Apps(session).require(name())).print();
  }
}
