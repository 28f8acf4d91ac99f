package bellows.cli.config;

import bellows.cli.api.Json;
import org.jspecify.annotations.Nullable;

/**
 * What the client remembers.
 *
 * @param local names the platform whose admin this is, when the client logged in by itself; empty
 *     after a login of the user's own
 */
public record Config(
    Endpoints endpoints, Tokens tokens, String local, @Nullable Named org, @Nullable Named space) {

  /** Where the parts of the platform answer; empty texts before the first login. */
  public record Endpoints(String api, String login, String uaa, String logCache) {
    public static final Endpoints NONE = new Endpoints("", "", "", "");
  }

  /**
   * Proof of who the user is.
   *
   * @param clientId empty unless a client, not a user, is logged in
   */
  public record Tokens(String access, String refresh, String clientId, String clientSecret) {
    public static final Tokens NONE = new Tokens("", "", "", "");

    /** A record's own text would show them in a log. */
    @Override
    public String toString() {
      return "Tokens[hidden]";
    }
  }

  /** A resource by both its names. */
  public record Named(String guid, String name) {}

  public static final Config EMPTY = new Config(Endpoints.NONE, Tokens.NONE, "", null, null);

  public Config with(Endpoints newEndpoints) {
    return new Config(newEndpoints, tokens, local, org, space);
  }

  public Config with(Tokens newTokens) {
    return new Config(endpoints, newTokens, local, org, space);
  }

  public Config targeting(@Nullable Named newOrg, @Nullable Named newSpace) {
    return new Config(endpoints, tokens, local, newOrg, newSpace);
  }

  public Config locally(String platform) {
    return new Config(endpoints, tokens, platform, org, space);
  }

  static Config read(Json json) {
    Endpoints endpoints =
        new Endpoints(
            json.text("api"), json.text("login"), json.text("uaa"), json.text("log_cache"));
    Tokens tokens =
        new Tokens(
            json.text("access_token"),
            json.text("refresh_token"),
            json.text("client_id"),
            json.text("client_secret"));
    return new Config(
        endpoints,
        tokens,
        json.text("local"),
        named(json.at("organization")),
        named(json.at("space")));
  }

  private static @Nullable Named named(Json json) {
    return json.present() ? new Named(json.text("guid"), json.text("name")) : null;
  }

  Json write() {
    return Json.object(
        "api", endpoints.api(),
        "login", endpoints.login(),
        "uaa", endpoints.uaa(),
        "log_cache", endpoints.logCache(),
        "access_token", tokens.access(),
        "refresh_token", tokens.refresh(),
        "client_id", tokens.clientId(),
        "client_secret", tokens.clientSecret(),
        "local", local,
        "organization", json(org),
        "space", json(space));
  }

  private static @Nullable Json json(@Nullable Named named) {
    return named == null ? null : Json.object("guid", named.guid(), "name", named.name());
  }
}
