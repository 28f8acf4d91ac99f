package bellows.cloudcontroller.organizations;

import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.ResourceBody;
import java.time.Instant;

/** An org as the API shows it. */
public record Organization(
    String guid,
    Instant createdAt,
    Instant updatedAt,
    String name,
    boolean suspended,
    String quotaGuid,
    Metadata metadata) {

  public ResourceBody body(Links links) {
    return ResourceBody.of(links, guid, createdAt, updatedAt)
        .put("name", name)
        .put("suspended", suspended)
        .toOne("quota", quotaGuid)
        .metadata(metadata)
        .link("self", "/v3/organizations/%s", guid)
        .link("domains", "/v3/organizations/%s/domains", guid)
        .link("default_domain", "/v3/organizations/%s/domains/default", guid)
        .link("quota", "/v3/organization_quotas/%s", quotaGuid);
  }
}
