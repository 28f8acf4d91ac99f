package bellows.cloudcontroller.routes;

import bellows.base.json.Json;
import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.ResourceBody;
import bellows.contracts.routing.RouteUris;
import bellows.http.CfError;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route as the API shows it.
 *
 * @param host "" for the domain itself
 * @param path "" or a path that starts with a slash
 * @param port of the routers, for a TCP route; null for one of requests
 * @param options JSON object as text; null when unset
 */
public record AppRoute(
    String guid,
    Instant createdAt,
    Instant updatedAt,
    String spaceGuid,
    String domainGuid,
    String domainName,
    String host,
    String path,
    @Nullable Integer port,
    @Nullable String options,
    List<Destination> destinations,
    Metadata metadata) {
  private static final List<String> HTTP_PROTOCOLS = List.of("http1", "http2");
  private static final List<String> TCP_PROTOCOLS = List.of("tcp");

  /** {@code host.domain/path}, or {@code domain:port}. */
  public String url() {
    return port == null ? fqdn(host, domainName) + path : RouteUris.tcp(domainName, port);
  }

  private String protocol() {
    return port == null ? "http" : "tcp";
  }

  /**
   * What a destination of this route speaks.
   *
   * @param wanted null for the default
   * @throws CfError 422 when the route cannot lead to that
   */
  String destinationProtocol(@Nullable String wanted) {
    List<String> possible = port == null ? HTTP_PROTOCOLS : TCP_PROTOCOLS;
    if (wanted != null && !possible.contains(wanted)) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Cannot use '%s' protocol for %s routes; valid options are: [%s].",
          wanted, protocol(), String.join(", ", possible));
    }
    return wanted == null ? possible.getFirst() : wanted;
  }

  static String fqdn(String host, String domain) {
    return host.isEmpty() ? domain : host + "." + domain;
  }

  /** As the API shows it. */
  public ResourceBody body(Links links) {
    return ResourceBody.of(links, guid, createdAt, updatedAt)
        .put("protocol", protocol())
        .put("host", host)
        .put("path", path)
        .put("port", port)
        .put("url", url())
        .put("destinations", destinations.stream().map(Destination::body).toList())
        .putIfPresent("options", options == null ? null : Json.tree(options))
        .toOne("space", spaceGuid)
        .toOne("domain", domainGuid)
        .metadata(metadata)
        .link("self", "/v3/routes/%s", guid)
        .link("space", "/v3/spaces/%s", spaceGuid)
        .link("domain", "/v3/domains/%s", domainGuid)
        .link("destinations", "/v3/routes/%s/destinations", guid);
  }
}
