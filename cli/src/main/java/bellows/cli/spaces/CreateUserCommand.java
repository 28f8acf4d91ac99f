package bellows.cli.spaces;

import bellows.cli.api.ApiException;
import bellows.cli.api.Json;
import bellows.cli.command.Command;
import bellows.cli.session.Session;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "create-user",
    description = "Make a user.",
    footer = {
      "",
      "Without PASSWORD it is asked for.",
      "",
      "Examples:",
      "  bellows create-user ann@example.com",
      "  bellows create-user ann@example.com --origin ldap"
    })
final class CreateUserCommand extends Command {
  @Parameters(index = "0", paramLabel = "USER", description = "Name of the user.")
  private String name = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "PASSWORD", description = "Its password.")
  private @Nullable String password;

  @Option(names = "--origin", paramLabel = "NAME", description = "Identity provider of the user.")
  private @Nullable String origin;

  @Override
  public void run(Session session) {
    Map<String, Object> user = new LinkedHashMap<>();
    user.put("userName", name);
    if (origin != null) {
      user.put("origin", origin);
    } else {
      user.put(
          "password", password != null ? password : session.prompt().secret("Password of " + name));
    }
    user.put("name", Json.object("familyName", name, "givenName", name));
    user.put("emails", List.of(Json.object("value", name, "primary", true)));
    session.terminal().line("Creating user " + name + "...");
    try {
      Json created = session.userApi("POST", "/Users", Json.of(user));
      session.api().post("/v3/users", Json.object("guid", created.text("id")));
    } catch (ApiException e) {
      if (e.status() != 409) {
        throw e;
      }
      session.terminal().warn("User " + name + " already exists.");
    }
    session.terminal().ok();
  }
}
