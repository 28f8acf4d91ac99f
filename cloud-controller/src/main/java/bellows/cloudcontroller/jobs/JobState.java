package bellows.cloudcontroller.jobs;

import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.ResourceBody;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A job as its asker sees it. */
record JobState(
    String guid,
    Instant createdAt,
    Instant updatedAt,
    String operation,
    String state,
    JsonNode errors,
    JsonNode warnings,
    @Nullable String resourceType,
    @Nullable String resourceGuid,
    String userGuid) {
  static final String COMPLETE = "COMPLETE";
  static final String FAILED = "FAILED";

  boolean ended() {
    return state.equals(COMPLETE) || state.equals(FAILED);
  }

  ResourceBody body(Links links) {
    ResourceBody body =
        ResourceBody.of(links, guid, createdAt, updatedAt)
            .put("operation", operation)
            .put("state", state)
            .put("errors", errors)
            .put("warnings", warnings)
            .link("self", "/v3/jobs/%s", guid);
    if (resourceType != null && resourceGuid != null) {
      String plural = resourceType.endsWith("s") ? resourceType : resourceType + "s";
      body.link(resourceType, "/v3/" + plural + "/%s", resourceGuid);
    }
    return body;
  }
}
