package bellows.cli.apps;

import bellows.cli.command.Command;
import bellows.cli.session.Session;
import picocli.CommandLine.Parameters;

/** A command about one app. */
public abstract class NamedAppCommand extends Command {
  @Parameters(index = "0", paramLabel = "APP_NAME", description = "Name of the app.")
  private String name = "";

  protected String name() {
    return name;
  }

  /** {@code Stopping app shop in org main / space dev as admin...}. */
  protected void announce(Session session, String verb, String relation) {
    session
        .terminal()
        .line(
            verb
                + " "
                + session.terminal().style().name(name)
                + " "
                + relation
                + " "
                + session.where()
                + "...");
  }
}
