package bellows.cloudcontroller.routes;

import bellows.base.json.Json;
import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.ResourceBody;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route as the API shows it.
 *
 * @param host "" for the domain itself
 * @param path "" or a path that starts with a slash
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
    @Nullable String options,
    List<Destination> destinations,
    Metadata metadata) {

  /** {@code host.domain/path}. */
  public String url() {
    return fqdn(host, domainName) + path;
  }

  static String fqdn(String host, String domain) {
    return host.isEmpty() ? domain : host + "." + domain;
  }

  /** As the API shows it. */
  public ResourceBody body(Links links) {
    return ResourceBody.of(links, guid, createdAt, updatedAt)
        .put("protocol", "http")
        .put("host", host)
        .put("path", path)
        .put("port", null)
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
