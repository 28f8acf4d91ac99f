package bellows.cloudcontroller.packages;

import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.ResourceBody;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Source as it was pushed.
 *
 * @param error why it has failed
 * @param sha256 once it is READY
 */
public record AppPackage(
    String guid,
    String app,
    String space,
    String organization,
    State state,
    @Nullable String error,
    @Nullable String sha256,
    Metadata metadata,
    Instant createdAt,
    Instant updatedAt) {
  /** The states that a package of bits has here (reference/api.md, section 4.2). */
  public enum State {
    AWAITING_UPLOAD,
    PROCESSING_UPLOAD,
    READY,
    FAILED
  }

  ResourceBody body(Links links) {
    Map<String, @Nullable Object> checksum = new LinkedHashMap<>();
    checksum.put("type", "sha256");
    checksum.put("value", sha256);
    Map<String, @Nullable Object> data = new LinkedHashMap<>();
    data.put("error", error);
    data.put("checksum", checksum);
    return ResourceBody.of(links, guid, createdAt, updatedAt)
        .put("type", "bits")
        .put("data", data)
        .put("state", state.name())
        .toOne("app", app)
        .metadata(metadata)
        .link("self", "/v3/packages/%s", guid)
        .link("app", "/v3/apps/%s", app)
        .action("upload", "POST", "/v3/packages/%s/upload", guid)
        .action("download", "GET", "/v3/packages/%s/download", guid);
  }
}
