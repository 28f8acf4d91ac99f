package bellows.cloudcontroller.stacks;

import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.ResourceBody;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A stack as the API shows it. */
record Stack(
    String guid,
    Instant createdAt,
    Instant updatedAt,
    String name,
    @Nullable String description,
    boolean isDefault,
    Metadata metadata) {

  ResourceBody body(Links links) {
    return ResourceBody.of(links, guid, createdAt, updatedAt)
        .put("name", name)
        .put("description", description)
        .put("state", "ACTIVE")
        .put("state_reason", null)
        .put("build_rootfs_image", name)
        .put("run_rootfs_image", name)
        .put("default", isDefault)
        .metadata(metadata)
        .link("self", "/v3/stacks/%s", guid);
  }
}
