package bellows.cloudcontroller.spaces;

import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.ResourceBody;
import java.time.Instant;

/** A space as the API shows it. */
public record Space(
    String guid,
    Instant createdAt,
    Instant updatedAt,
    String name,
    String organizationGuid,
    boolean sshAllowed,
    Metadata metadata) {

  public ResourceBody body(Links links) {
    return ResourceBody.of(links, guid, createdAt, updatedAt)
        .put("name", name)
        .put("suspended", false)
        .toOne("organization", organizationGuid)
        .toOne("quota", null)
        .metadata(metadata)
        .link("self", "/v3/spaces/%s", guid)
        .link("features", "/v3/spaces/%s/features", guid)
        .link("organization", "/v3/organizations/%s", organizationGuid)
        .action("apply_manifest", "POST", "/v3/spaces/%s/actions/apply_manifest", guid);
  }
}
