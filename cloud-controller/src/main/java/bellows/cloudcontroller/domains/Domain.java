package bellows.cloudcontroller.domains;

import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.ResourceBody;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A domain as the API shows it.
 *
 * @param organizationGuid the owner; null for a shared domain, which is everyone's
 * @param routerGroup of a domain for TCP routes; null for one of requests
 * @param sharedWith orgs that may use it beside the owner
 */
public record Domain(
    String guid,
    Instant createdAt,
    Instant updatedAt,
    String name,
    boolean internal,
    @Nullable String organizationGuid,
    @Nullable String routerGroup,
    List<String> sharedWith,
    Metadata metadata) {

  /** Whether routes of that org may be under this domain. */
  public boolean usableBy(String organization) {
    return organizationGuid == null
        || organizationGuid.equals(organization)
        || sharedWith.contains(organization);
  }

  /** Whether its routes have ports instead of hosts and paths. */
  public boolean isTcp() {
    return routerGroup != null;
  }

  public ResourceBody body(Links links) {
    ResourceBody body =
        ResourceBody.of(links, guid, createdAt, updatedAt)
            .put("name", name)
            .put("internal", internal)
            .put("router_group", routerGroup == null ? null : Map.of("guid", routerGroup))
            .put("supported_protocols", List.of(isTcp() ? "tcp" : "http"))
            .toOne("organization", organizationGuid)
            .toMany("shared_organizations", sharedWith)
            .metadata(metadata)
            .link("self", "/v3/domains/%s", guid)
            .link("route_reservations", "/v3/domains/%s/route_reservations", guid);
    if (routerGroup != null) {
      body.link("router_group", "/routing/v1/router_groups/%s", routerGroup);
    }
    if (organizationGuid != null) {
      body.link("organization", "/v3/organizations/%s", organizationGuid)
          .link("shared_organizations", "/v3/domains/%s/relationships/shared_organizations", guid);
    }
    return body;
  }
}
