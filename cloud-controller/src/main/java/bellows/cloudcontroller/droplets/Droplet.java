package bellows.cloudcontroller.droplets;

import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.ResourceBody;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What an app runs. Its row appears when it is staged, so every droplet is a usable one.
 *
 * @param appPackage what it was made of
 * @param buildpacks what ran, as the API shows it
 * @param processTypes commands by process type
 */
public record Droplet(
    String guid,
    String app,
    String space,
    String organization,
    @Nullable String appPackage,
    String state,
    @Nullable String error,
    @Nullable String sha256,
    @Nullable String stack,
    JsonNode buildpacks,
    Map<String, String> processTypes,
    String executionMetadata,
    Metadata metadata,
    Instant createdAt,
    Instant updatedAt) {
  private static final String HIDDEN = "[PRIVATE DATA HIDDEN IN LISTS]";

  /** As shown alone. */
  ResourceBody body(Links links) {
    return body(links, executionMetadata, processTypes);
  }

  /** As shown in lists: commands may hold secrets. */
  ResourceBody listed(Links links) {
    return body(links, HIDDEN, Map.of("redacted_message", HIDDEN));
  }

  private ResourceBody body(Links links, String execution, Map<String, String> types) {
    Map<String, @Nullable Object> checksum = new LinkedHashMap<>();
    checksum.put("type", "sha256");
    checksum.put("value", sha256);
    ResourceBody body =
        ResourceBody.of(links, guid, createdAt, updatedAt)
            .put("state", state)
            .put("error", error)
            .put("lifecycle", Map.of("type", "buildpack", "data", Map.of()))
            .put("checksum", checksum)
            .put("buildpacks", buildpacks)
            .put("stack", stack)
            .put("image", null)
            .put("execution_metadata", execution)
            .put("process_types", types)
            .toOne("app", app)
            .metadata(metadata)
            .link("self", "/v3/droplets/%s", guid)
            .link("app", "/v3/apps/%s", app)
            .action(
                "assign_current_droplet", "PATCH", "/v3/apps/%s/relationships/current_droplet", app)
            .link("download", "/v3/droplets/%s/download", guid);
    if (appPackage != null) {
      body.link("package", "/v3/packages/%s", appPackage);
    }
    return body;
  }
}
