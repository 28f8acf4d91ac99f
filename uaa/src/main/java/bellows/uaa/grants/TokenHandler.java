package bellows.uaa.grants;

import bellows.base.json.Json;
import bellows.base.time.Scheduler;
import bellows.cmdb.Database;
import bellows.http.Reply;
import bellows.http.Request;
import bellows.http.Route;
import bellows.uaa.clients.Client;
import bellows.uaa.clients.ClientStore;
import bellows.uaa.protocol.Form;
import bellows.uaa.protocol.UaaError;
import bellows.uaa.tokens.AccessToken;
import bellows.uaa.tokens.AccessTokens;
import bellows.uaa.tokens.TokenChecks;
import bellows.uaa.tokens.TokenStore;
import bellows.uaa.users.Login;
import bellows.uaa.users.Passwords;
import bellows.uaa.users.User;
import bellows.uaa.users.UserStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** {@code /oauth/token}, and {@code /check_token} and {@code /introspect} for other servers. */
public final class TokenHandler {
  private static final Set<String> GRANT_TYPES =
      Set.of(Grants.PASSWORD, Grants.REFRESH_TOKEN, Grants.CLIENT_CREDENTIALS);

  private final ClientAuthentication clients;
  private final Grants grants;
  private final TokenChecks checks;

  public TokenHandler(
      Database database,
      Scheduler scheduler,
      ClientStore clients,
      UserStore users,
      Passwords passwords,
      Login login,
      AccessTokens tokens,
      TokenStore store,
      TokenChecks checks) {
    this.clients = new ClientAuthentication(database, clients, passwords);
    this.grants = new Grants(database, scheduler, login, users, tokens, store);
    this.checks = checks;
  }

  public List<Route> routes() {
    return List.of(
        Route.post("/oauth/token", this::grant),
        Route.post("/check_token", this::check),
        Route.post("/introspect", this::introspect));
  }

  private Reply grant(Request request) {
    Form form = Form.of(request);
    String grantType = form.require("grant_type");
    if (!GRANT_TYPES.contains(grantType)) {
      throw UaaError.Kind.UNSUPPORTED_GRANT_TYPE.because("Unsupported grant type: " + grantType);
    }
    Client client = clients.require(request, form);
    if (!client.grantTypes().contains(grantType)) {
      throw UaaError.Kind.INVALID_CLIENT.because("Unauthorized grant type: " + grantType);
    }
    Optional<String> scope = form.find("scope");
    Granted granted =
        switch (grantType) {
          case Grants.PASSWORD ->
              grants.byPassword(
                  client,
                  form.require("username"),
                  origin(request, form),
                  form.require("password"),
                  scope);
          case Grants.REFRESH_TOKEN ->
              grants.byRefreshToken(client, form.require("refresh_token"), scope);
          default -> grants.byClientCredentials(client, scope);
        };
    return Reply.ok(granted).with("Cache-Control", "no-store");
  }

  /** {@code cf login --origin} sends {@code login_hint={"origin":"ldap"}}. */
  private static String origin(Request request, Form form) {
    JsonNode hint =
        request
            .queryParam("login_hint")
            .or(() -> form.find("login_hint"))
            .map(Json::tree)
            .orElseGet(Json::object);
    return hint.path("origin").asString(User.OUR_ORIGIN);
  }

  private Reply check(Request request) {
    return Reply.ok(
            look(request)
                .orElseThrow(() ->
                    UaaError.Kind.UNUSABLE_TOKEN.because(
                        "The token expired, was revoked, or is none of ours"))
                .claims())
        .with("Cache-Control", "no-store");
  }

  private Reply introspect(Request request) {
    Optional<AccessToken> token = look(request);
    Map<String, Object> body = new LinkedHashMap<>();
    token.ifPresent(found -> body.putAll(found.claims()));
    body.put("active", token.isPresent());
    return Reply.ok(body).with("Cache-Control", "no-store");
  }

  private Optional<AccessToken> look(Request request) {
    Form form = Form.of(request);
    Client client = clients.require(request, form);
    if (!client.authorities().contains("uaa.resource")) {
      throw UaaError.Kind.INSUFFICIENT_SCOPE.because("This client may not look at tokens");
    }
    return checks.check(form.require("token"));
  }
}
