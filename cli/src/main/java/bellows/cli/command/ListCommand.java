package bellows.cli.command;

import bellows.cli.api.Json;
import bellows.cli.session.Session;
import java.util.List;
import picocli.CommandLine.Option;

/** A command that lists: for people by default, for programs on request. */
public abstract class ListCommand extends Command {
  @Option(names = "--json", description = "Print the API's resources as a JSON array.")
  private boolean json;

  protected boolean json() {
    return json;
  }

  /** The whole output for programs. */
  protected static void printJson(Session session, List<Json> resources) {
    session.terminal().line(Json.of(resources).pretty());
  }
}
