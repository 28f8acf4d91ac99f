package bellows.cli.session;

import bellows.cli.api.Answer;
import bellows.cli.api.ApiException;
import bellows.cli.api.Call;
import bellows.cli.api.Http;
import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.config.Config.Endpoints;
import bellows.cli.config.Config.Tokens;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Token grants (reference/api.md, section 2.2), by the public client {@code cf}. */
final class Uaa {
  private static final String PUBLIC_CLIENT =
      "Basic " + Base64.getEncoder().encodeToString("cf:".getBytes(StandardCharsets.UTF_8));

  private final Http http;
  private final Endpoints endpoints;

  Uaa(Http http, Endpoints endpoints) {
    this.http = http;
    this.endpoints = endpoints;
  }

  /** What the API says about its neighbours. */
  static Endpoints discover(Http http, String api) {
    String base = api.endsWith("/") ? api.substring(0, api.length() - 1) : api;
    Answer answer =
        http.send(Call.of("GET", URI.create(base + "/")).with("Accept", "application/json"));
    Json links = answer.json().at("links");
    if (!answer.successful() || !links.at("login").present()) {
      throw bellows.cli.failure.CommandFailure.of(
          "There is no API at " + base,
          "the address is that of the API itself, such as" + " http://127.0.0.1:8081.");
    }
    return new Endpoints(
        base,
        links.text("login", "href"),
        links.text("uaa", "href"),
        links.text("log_cache", "href"));
  }

  Tokens password(String user, String password, @Nullable String origin) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "password");
    form.put("username", user);
    form.put("password", password);
    String query =
        origin == null ? "" : "?login_hint=" + Query.encode(Json.object("origin", origin).write());
    return tokens(grant(query, form, true), "", "");
  }

  Tokens refresh(Tokens old) {
    if (!old.clientId().isEmpty()) {
      return clientCredentials(old.clientId(), old.clientSecret());
    }
    Json answer =
        grant("", Map.of("grant_type", "refresh_token", "refresh_token", old.refresh()), true);
    Tokens fresh = tokens(answer, "", "");
    // A server need not give a new refresh token.
    return fresh.refresh().isEmpty() ? new Tokens(fresh.access(), old.refresh(), "", "") : fresh;
  }

  Tokens clientCredentials(String id, String secret) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "client_credentials");
    form.put("client_id", id);
    form.put("client_secret", secret);
    return tokens(grant("", form, false), id, secret);
  }

  /** Ends a token's life before its time; only those that can be. */
  void revoke(Tokens tokens) {
    Json claims = AccessToken.claims(tokens.access());
    if (claims.flag("revocable") && claims.at("jti").present()) {
      http.send(
          Call.of(
                  "DELETE",
                  URI.create(endpoints.login() + "/oauth/token/revoke/" + claims.text("jti")))
              .with("Authorization", "Bearer " + tokens.access()));
    }
  }

  /** A call to the user API with a token. */
  Json call(String method, String path, Json body, String authorization) {
    Answer answer =
        http.send(
            Call.of(method, URI.create(endpoints.uaa() + path))
                .with("Accept", "application/json")
                .with("Authorization", authorization)
                .with("application/json", Call.Body.Bytes.of(body.write())));
    if (!answer.successful()) {
      throw ApiException.from(answer);
    }
    return answer.json();
  }

  private Json grant(String query, Map<String, String> form, boolean asPublicClient) {
    StringBuilder body = new StringBuilder();
    form.forEach((name, value) ->
        body.append(body.isEmpty() ? "" : "&")
            .append(name)
            .append('=')
            .append(Query.encode(value)));
    Call call =
        Call.of("POST", URI.create(endpoints.login() + "/oauth/token" + query))
            .with("Accept", "application/json")
            .with("application/x-www-form-urlencoded", Call.Body.Bytes.of(body.toString()));
    Answer answer = http.send(asPublicClient ? call.with("Authorization", PUBLIC_CLIENT) : call);
    if (!answer.successful()) {
      throw ApiException.from(answer);
    }
    return answer.json();
  }

  private static Tokens tokens(Json answer, String clientId, String clientSecret) {
    return new Tokens(
        answer.text("access_token"), answer.text("refresh_token"), clientId, clientSecret);
  }
}
