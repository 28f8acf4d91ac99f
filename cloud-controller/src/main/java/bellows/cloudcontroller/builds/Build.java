package bellows.cloudcontroller.builds;

import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.ResourceBody;
import bellows.cloudcontroller.apps.BuildpackAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The act of making a droplet of a package.
 *
 * @param droplet what has come of it; null before, and when it was deleted
 */
record Build(
    String guid,
    String app,
    String space,
    String appPackage,
    @Nullable String droplet,
    State state,
    @Nullable String error,
    List<String> buildpacks,
    String stack,
    int memoryMb,
    int diskMb,
    long logRate,
    Creator createdBy,
    Metadata metadata,
    Instant createdAt,
    Instant updatedAt) {
  /** STAGED and FAILED are final. */
  enum State {
    STAGING,
    STAGED,
    FAILED
  }

  /** Who asked for it. */
  record Creator(String guid, String name, String email) {}

  ResourceBody body(Links links) {
    ResourceBody body =
        ResourceBody.of(links, guid, createdAt, updatedAt)
            .put("state", state.name())
            .put("staging_memory_in_mb", memoryMb)
            .put("staging_disk_in_mb", diskMb)
            .put("staging_log_rate_limit_bytes_per_second", logRate)
            .put("error", error)
            .put(
                "lifecycle",
                Map.of(
                    "type",
                    "buildpack",
                    "data",
                    Map.of(
                        "buildpacks", BuildpackAddress.withoutSecrets(buildpacks), "stack", stack)))
            .put("package", Map.of("guid", appPackage))
            .put("droplet", droplet == null ? null : Map.of("guid", droplet))
            .put("created_by", createdBy)
            .toOne("app", app)
            .metadata(metadata)
            .link("self", "/v3/builds/%s", guid)
            .link("app", "/v3/apps/%s", app);
    return droplet == null ? body : body.link("droplet", "/v3/droplets/%s", droplet);
  }
}
