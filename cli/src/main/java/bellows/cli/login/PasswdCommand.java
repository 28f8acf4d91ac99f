package bellows.cli.login;

import bellows.cli.api.ApiException;
import bellows.cli.api.Json;
import bellows.cli.command.Command;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import picocli.CommandLine;

@CommandLine.Command(
    name = "passwd",
    description = "Change your password.",
    footer = {"", "Example:", "  bellows passwd"})
final class PasswdCommand extends Command {
  @Override
  public void run(Session session) {
    String old = session.prompt().secret("Current password");
    String fresh = session.prompt().secret("New password");
    if (!fresh.equals(session.prompt().secret("Verify password"))) {
      throw CommandFailure.of("The new passwords differ");
    }
    session.terminal().line("Changing password...");
    try {
      session.userApi(
          "PUT",
          "/Users/" + session.userId() + "/password",
          Json.object("oldPassword", old, "password", fresh));
    } catch (ApiException e) {
      throw e.status() == 401
          ? CommandFailure.of("The current password did not match")
          : e.toFailure();
    }
    session.terminal().ok();
    session.logout();
    session.terminal().line("Please log in again.");
  }
}
