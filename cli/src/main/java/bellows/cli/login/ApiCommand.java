package bellows.cli.login;

import bellows.cli.command.Command;
import bellows.cli.session.Session;
import bellows.cli.terminal.Table;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "api",
    description = "Show or set the address of the API.",
    footer = {"", "Examples:", "  bellows api", "  bellows api http://api.bellows.localhost:8080"})
final class ApiCommand extends Command {
  @Parameters(arity = "0..1", paramLabel = "URL", description = "Address of the API.")
  private @Nullable String url;

  @Option(names = "--unset", description = "Forget the address and the login.")
  private boolean unset;

  @Override
  public void run(Session session) {
    if (unset) {
      session.terminal().line("Unsetting API endpoint...");
      session.disconnect();
      session.terminal().ok();
    } else if (url != null) {
      session.terminal().line("Setting API endpoint to " + url + "...");
      session.connect(url);
      session.terminal().ok();
    } else {
      Table.plain().row("API endpoint:", session.endpoints().api()).print(session.terminal());
    }
  }
}
