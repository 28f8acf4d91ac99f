package bellows.cli.apps;

import bellows.cli.api.Json;
import bellows.cli.session.Session;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "set-env",
    aliases = "se",
    description = "Set an environment variable of an app.",
    footer = {
      "",
      "Examples:",
      "  bellows set-env shop GREETING hello",
      "  bellows set-env shop JAVA_OPTS -- -verbose:gc"
    })
final class SetEnvCommand extends NamedAppCommand {
  @Parameters(index = "1", paramLabel = "NAME", description = "Name of the variable.")
  private String variable = "";

  @Parameters(index = "2", paramLabel = "VALUE", description = "Its value.")
  private String value = "";

  /** Such as {@code -Xmx64m} for JAVA_OPTS. */
  @Override
  public boolean takesDashes() {
    return true;
  }

  @Override
  public void run(Session session) {
    Json app = new Apps(session).require(name());
    announce(session, "Setting env variable " + variable + " for app", "in");
    session
        .api()
        .patch(
            "/v3/apps/" + app.text("guid") + "/environment_variables",
            Json.object("var", Json.object(variable, value)));
    session.terminal().ok();
    session
        .terminal()
        .line("TIP: use 'bellows restage " + name() + "' to let the change take effect.");
  }
}
