package bellows.cli.apps;

import bellows.cli.api.Json;
import bellows.cli.session.Session;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "unset-env",
    description = "Remove an environment variable of an app.",
    footer = {"", "Example:", "  bellows unset-env shop GREETING"})
final class UnsetEnvCommand extends NamedAppCommand {
  @Parameters(index = "1", paramLabel = "NAME", description = "Name of the variable.")
  private String variable = "";

  @Override
  public void run(Session session) {
    Json app = new Apps(session).require(name());
    String path = "/v3/apps/" + app.text("guid");
    announce(session, "Removing env variable " + variable + " from app", "in");
    boolean known =
        session.api().get(path + "/env").members("environment_variables").containsKey(variable);
    if (!known) {
      session.terminal().warn("Env variable " + variable + " was not set.");
    }
    session
        .api()
        .patch(path + "/environment_variables", Json.object("var", Json.object(variable, null)));
    session.terminal().ok();
    session
        .terminal()
        .line("TIP: use 'bellows restage " + name() + "' to let the change take effect.");
  }
}
