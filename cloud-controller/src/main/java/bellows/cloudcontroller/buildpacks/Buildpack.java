package bellows.cloudcontroller.buildpacks;

import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.ResourceBody;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A buildpack as the API shows it.
 *
 * @param position 1 is tried first
 * @param filename null while it has no bits
 * @param sha256 of the bits
 */
record Buildpack(
    String guid,
    Instant createdAt,
    Instant updatedAt,
    String name,
    @Nullable String stack,
    String lifecycle,
    int position,
    boolean enabled,
    boolean locked,
    @Nullable String filename,
    @Nullable String sha256,
    Metadata metadata) {

  ResourceBody body(Links links) {
    return ResourceBody.of(links, guid, createdAt, updatedAt)
        .put("name", name)
        .put("stack", stack)
        .put("state", filename == null ? "AWAITING_UPLOAD" : "READY")
        .put("lifecycle", lifecycle)
        .put("filename", filename)
        .put("position", position)
        .put("enabled", enabled)
        .put("locked", locked)
        .metadata(metadata)
        .link("self", "/v3/buildpacks/%s", guid)
        .action("upload", "POST", "/v3/buildpacks/%s/upload", guid);
  }
}
