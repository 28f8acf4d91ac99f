package bellows.cloudcontroller.domains;

import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.ResourceBody;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A domain as the API shows it.
 *
 * @param organizationGuid the owner; null for a shared domain, which is everyone's
 * @param sharedWith orgs that may use it beside the owner
 */
public record Domain(
    String guid,
    Instant createdAt,
    Instant updatedAt,
    String name,
    boolean internal,
    @Nullable String organizationGuid,
    List<String> sharedWith,
    Metadata metadata) {

  /** Whether routes of that org may be under this domain. */
  public boolean usableBy(String organization) {
    return organizationGuid == null
        || organizationGuid.equals(organization)
        || sharedWith.contains(organization);
  }

  public ResourceBody body(Links links) {
    ResourceBody body =
        ResourceBody.of(links, guid, createdAt, updatedAt)
            .put("name", name)
            .put("internal", internal)
            .put("router_group", null)
            .put("supported_protocols", List.of("http"))
            .toOne("organization", organizationGuid)
            .toMany("shared_organizations", sharedWith)
            .metadata(metadata)
            .link("self", "/v3/domains/%s", guid)
            .link("route_reservations", "/v3/domains/%s/route_reservations", guid);
    if (organizationGuid != null) {
      body.link("organization", "/v3/organizations/%s", organizationGuid)
          .link("shared_organizations", "/v3/domains/%s/relationships/shared_organizations", guid);
    }
    return body;
  }
}
