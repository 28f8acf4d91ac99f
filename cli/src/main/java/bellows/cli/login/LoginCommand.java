package bellows.cli.login;

import bellows.cli.api.ApiException;
import bellows.cli.command.Command;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
    name = "login",
    description = "Log in and choose an org and a space.",
    footer = {
      "",
      "Examples:",
      "  bellows login -a http://127.0.0.1:8081",
      "  bellows login -u ann@example.com -o main -s dev"
    })
final class LoginCommand extends Command {
  private static final int TRIES = 3;

  @Option(names = "-a", paramLabel = "URL", description = "Address of the API.")
  private @Nullable String api;

  @Option(names = "-u", paramLabel = "USER", description = "User name.")
  private @Nullable String user;

  @Option(
      names = "-p",
      paramLabel = "PASSWORD",
      description = "Password; others on this machine may see it, so better let us ask.")
  private @Nullable String password;

  @Option(names = "-o", paramLabel = "ORG", description = "Org to target.")
  private @Nullable String org;

  @Option(names = "-s", paramLabel = "SPACE", description = "Space to target.")
  private @Nullable String space;

  @Option(names = "--origin", paramLabel = "NAME", description = "Identity provider of the user.")
  private @Nullable String origin;

  @Override
  public void run(Session session) {
    if (api != null) {
      session.connect(api);
    } else if (session.config().endpoints().api().isEmpty()) {
      session.connect(session.prompt().ask("API endpoint"));
    }
    session
        .terminal()
        .line(
            "API endpoint: " + session.terminal().style().name(session.config().endpoints().api()));
    session.terminal().line();
    authenticate(session);
    session.terminal().ok();
    session.terminal().line();
    Targeting targeting = new Targeting(session);
    targeting.choose(org, space);
    targeting.print();
  }

  private void authenticate(Session session) {
    String name = user != null ? user : session.prompt().ask("Email");
    for (int attempt = 1; ; attempt++) {
      String secret = password != null ? password : session.prompt().secret("Password");
      session.terminal().line("Authenticating...");
      try {
        session.login(name, secret, origin);
        return;
      } catch (ApiException e) {
        if (password != null || attempt == TRIES) {
          throw CommandFailure.of(
              "Credentials were rejected", "check the user name and the password.");
        }
        session.terminal().warn("Credentials were rejected, please try again.");
      }
    }
  }
}
