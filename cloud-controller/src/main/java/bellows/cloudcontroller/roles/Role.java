package bellows.cloudcontroller.roles;

import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.ResourceBody;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A role as the API shows it; it has an org or a space, never both. */
record Role(
    String guid,
    Instant createdAt,
    Instant updatedAt,
    RoleType type,
    String userGuid,
    @Nullable String organizationGuid,
    @Nullable String spaceGuid) {

  ResourceBody body(Links links) {
    ResourceBody body =
        ResourceBody.of(links, guid, createdAt, updatedAt)
            .put("type", type.apiName())
            .toOne("user", userGuid)
            .toOne("organization", organizationGuid)
            .toOne("space", spaceGuid)
            .link("self", "/v3/roles/%s", guid)
            .link("user", "/v3/users/%s", userGuid);
    if (organizationGuid != null) {
      body.link("organization", "/v3/organizations/%s", organizationGuid);
    }
    if (spaceGuid != null) {
      body.link("space", "/v3/spaces/%s", spaceGuid);
    }
    return body;
  }
}
