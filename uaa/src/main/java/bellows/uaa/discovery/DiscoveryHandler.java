package bellows.uaa.discovery;

import bellows.http.Reply;
import bellows.http.Request;
import bellows.http.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a client asks before it logs in: prompts, addresses, abilities. */
public final class DiscoveryHandler {
  /** The UAA whose answers ours resemble; clients compare it. */
  private static final String VERSION = "77.0.0";

  private final String issuer;

  public DiscoveryHandler(String issuer) {
    this.issuer = issuer;
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/login", this::login),
        Route.get("/info", this::login),
        Route.get("/.well-known/openid-configuration", this::openId));
  }

  private Reply login(Request request) {
    Map<String, Object> prompts = new LinkedHashMap<>();
    prompts.put("username", List.of("text", "Email"));
    prompts.put("password", List.of("password", "Password"));
    Map<String, Object> links = new LinkedHashMap<>();
    links.put("uaa", request.baseUrl());
    links.put("login", request.baseUrl());
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("app", Map.of("version", VERSION));
    body.put("links", links);
    body.put("zone_name", "uaa");
    body.put("prompts", prompts);
    return Reply.ok(body);
  }

  /** OpenID Connect Discovery 1.0, section 3, as far as we have what it asks for. */
  private Reply openId(Request request) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("issuer", issuer);
    body.put("token_endpoint", request.baseUrl() + "/oauth/token");
    body.put("jwks_uri", request.baseUrl() + "/token_keys");
    body.put("introspection_endpoint", request.baseUrl() + "/introspect");
    body.put(
        "token_endpoint_auth_methods_supported",
        List.of("client_secret_basic", "client_secret_post"));
    body.put("id_token_signing_alg_values_supported", List.of("RS256"));
    body.put("subject_types_supported", List.of("public"));
    body.put("grant_types_supported", List.of("password", "refresh_token", "client_credentials"));
    body.put("scopes_supported", List.of("openid", "profile", "roles", "user_attributes"));
    body.put("claims_supported", List.of("sub", "user_name", "origin", "email", "iss", "exp"));
    return Reply.ok(body);
  }
}
