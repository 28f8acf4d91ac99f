package bellows.cli.routes;

import bellows.cli.api.Api;
import bellows.cli.api.ApiException;
import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Finds and makes routes by domain and host, path or port. */
public final class RouteFinder {
  private final Session session;
  private final Api api;

  public RouteFinder(Session session) {
    this.session = session;
    this.api = session.api();
  }

  Json domain(String name) {
    return api.first(Query.of("/v3/domains").named("names", name))
        .orElseThrow(() ->
            CommandFailure.of("Domain '" + name + "' not found", "'bellows domains' lists them."));
  }

  /** As {@link #domain}, for what only routes of requests have. */
  public Json httpDomain(String name) {
    Json found = domain(name);
    if (isTcp(found)) {
      throw CommandFailure.of(
          "Domain '" + name + "' is for TCP routes, which have no options and no route services.");
    }
    return found;
  }

  private static boolean isTcp(Json domain) {
    return domain.items("supported_protocols").stream().anyMatch(each -> each.text().equals("tcp"));
  }

  /** Whether a new route there gets any free port, as none is named. */
  static boolean getsAnyPort(Json domain, HttpRouteAddress at) {
    return at.port() == null && isTcp(domain);
  }

  Optional<Json> find(Json domain, HttpRouteAddress at) {
    if (getsAnyPort(domain, at)) {
      throw CommandFailure.of(
          "Routes of domain '" + domain.text("name") + "' are known by their ports",
          "add --port PORT; 'bellows routes' lists them.");
    }
    // Empty values mean an empty host or path, so they are always sent.
    Query query =
        Query.of("/v3/routes")
            .with("domain_guids", domain.text("guid"))
            .named("hosts", at.host())
            .with("paths", at.path());
    return api.first(at.port() == null ? query : query.with("ports", at.port().toString()));
  }

  public Json require(Json domain, HttpRouteAddress at) {
    return find(domain, at)
        .orElseThrow(() ->
            CommandFailure.of(
                "Route '" + address(domain, at) + "' not found", "'bellows routes' lists them."));
  }

  /** Empty when it was there before. */
  Optional<Json> create(Json domain, HttpRouteAddress at) {
    Map<String, Object> body = new LinkedHashMap<>();
    if (!at.host().isEmpty()) {
      body.put("host", at.host());
    }
    body.put("path", at.path());
    if (at.port() != null) {
      body.put("port", at.port());
    }
    body.put(
        "relationships",
        Map.of(
            "space", Map.of("data", Map.of("guid", session.space().guid())),
            "domain", Map.of("data", Map.of("guid", domain.text("guid")))));
    try {
      return Optional.of(api.post("/v3/routes", Json.of(body)));
    } catch (ApiException e) {
      if (e.status() == 422 && e.says("Route already exists")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  public static String address(Json domain, HttpRouteAddress at) {
    return (at.host().isEmpty() ? "" : at.host() + ".")
        + domain.text("name")
        + (at.port() == null ? "" : ":" + at.port())
        + at.path();
  }
}
