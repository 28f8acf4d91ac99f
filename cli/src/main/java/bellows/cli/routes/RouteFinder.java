package bellows.cli.routes;

import bellows.cli.api.Api;
import bellows.cli.api.ApiException;
import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import java.util.Optional;

/** Finds and makes routes by host, domain and path. */
public final class RouteFinder {
  private final Session session;
  private final Api api;

  public RouteFinder(Session session) {
    this.session = session;
    this.api = session.api();
  }

  public Json domain(String name) {
    return api.first(Query.of("/v3/domains").named("names", name))
        .orElseThrow(() ->
            CommandFailure.of("Domain '" + name + "' not found", "'bellows domains' lists them."));
  }

  Optional<Json> find(Json domain, String host, String path) {
    // Empty values mean an empty host or path, so they are always sent.
    return api.first(
        Query.of("/v3/routes")
            .with("domain_guids", domain.text("guid"))
            .named("hosts", host)
            .with("paths", path));
  }

  public Json require(Json domain, String host, String path) {
    return find(domain, host, path)
        .orElseThrow(() ->
            CommandFailure.of(
                "Route '" + address(domain, host, path) + "' not found",
                "'bellows routes' lists them."));
  }

  /** Empty when it was there before. */
  Optional<Json> create(Json domain, String host, String path) {
    Json relationships =
        Json.object(
            "space", Json.reference(session.space().guid()),
            "domain", Json.reference(domain.text("guid")));
    Json body =
        host.isEmpty()
            ? Json.object("path", path, "relationships", relationships)
            : Json.object("host", host, "path", path, "relationships", relationships);
    try {
      return Optional.of(api.post("/v3/routes", body));
    } catch (ApiException e) {
      if (e.status() == 422 && e.says("Route already exists")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  public static String address(Json domain, String host, String path) {
    return (host.isEmpty() ? "" : host + ".") + domain.text("name") + path;
  }
}
