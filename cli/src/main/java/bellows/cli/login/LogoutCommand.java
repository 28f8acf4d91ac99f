package bellows.cli.login;

import bellows.cli.command.Command;
import bellows.cli.session.Session;
import picocli.CommandLine;

@CommandLine.Command(
    name = "logout",
    description = "Forget the login and revoke its token.",
    footer = {"", "Example:", "  bellows logout"})
final class LogoutCommand extends Command {
  @Override
  public void run(Session session) {
    session.terminal().line("Logging out...");
    session.logout();
    session.terminal().ok();
  }
}
