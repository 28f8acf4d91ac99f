package bellows.cli.apps;

import bellows.cli.api.Json;
import bellows.cli.session.Session;
import bellows.cli.terminal.Terminal;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
    name = "env",
    aliases = "e",
    description = "Show the app's environment variables.",
    footer = {"", "Examples:", "  bellows env shop", "  bellows env shop --json"})
final class EnvCommand extends NamedAppCommand {
  @Option(names = "--json", description = "Print what the API says as JSON.")
  private boolean json;

  @Override
  public void run(Session session) {
    Json app = new Apps(session).require(name());
    Json env = session.api().get("/v3/apps/" + app.text("guid") + "/env");
    if (json) {
      session.terminal().line(env.pretty());
      return;
    }
    announce(session, "Getting env variables for app", "in");
    session.terminal().line();
    Terminal terminal = session.terminal();
    Map<String, Json> system = env.members("system_env_json");
    Map<String, Json> application = env.members("application_env_json");
    terminal.line(terminal.style().heading("System-provided:"));
    system.forEach((name, value) -> terminal.line(name + ": " + value.pretty()));
    application.forEach((name, value) -> terminal.line(name + ": " + value.pretty()));
    section(terminal, "User-provided environment variables:", env.members("environment_variables"));
    section(terminal, "Running environment variable groups:", env.members("running_env_json"));
    section(terminal, "Staging environment variable groups:", env.members("staging_env_json"));
  }

  private static void section(Terminal terminal, String title, Map<String, Json> variables) {
    terminal.line();
    if (variables.isEmpty()) {
      String kind = title.substring(0, title.length() - 1).toLowerCase(java.util.Locale.ROOT);
      terminal.line("No " + kind + " have been set");
      return;
    }
    terminal.line(terminal.style().heading(title));
    variables.forEach((name, value) -> terminal.line(name + ":   " + value.text()));
  }
}
