package bellows.cli.login;

import bellows.cli.api.ApiException;
import bellows.cli.command.Command;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "auth",
    description = "Log in without questions, for scripts.",
    footer = {
      "",
      "Without arguments, CF_USERNAME and CF_PASSWORD are used: others on the machine cannot see"
          + " those.",
      "",
      "Examples:",
      "  CF_USERNAME=ann CF_PASSWORD=... bellows auth",
      "  bellows auth my-client my-secret --client-credentials"
    })
final class AuthCommand extends Command {
  @Parameters(index = "0", arity = "0..1", paramLabel = "USER", description = "User or client.")
  private @Nullable String user;

  @Parameters(index = "1", arity = "0..1", paramLabel = "PASSWORD", description = "Its password.")
  private @Nullable String password;

  @Option(names = "--client-credentials", description = "USER is a client, PASSWORD its secret.")
  private boolean client;

  @Option(names = "--origin", paramLabel = "NAME", description = "Identity provider of the user.")
  private @Nullable String origin;

  @Override
  public void run(Session session) {
    String name = given(session, user, "CF_USERNAME");
    String secret = given(session, password, "CF_PASSWORD");
    session.terminal().line("Authenticating...");
    try {
      if (client) {
        session.loginAsClient(name, secret);
      } else {
        session.login(name, secret, origin);
      }
    } catch (ApiException e) {
      throw CommandFailure.of("Credentials were rejected", "check the user name and the password.");
    }
    session.terminal().ok();
    session.terminal().line();
    session.terminal().line("Use 'bellows target' to view or set your target org and space.");
  }

  private static String given(Session session, @Nullable String argument, String variable) {
    String value = argument != null ? argument : session.environment(variable);
    if (value.isEmpty()) {
      throw CommandFailure.usage("USER and PASSWORD, or CF_USERNAME and CF_PASSWORD, are needed");
    }
    return value;
  }
}
