package bellows.cloudcontroller.deployments;

import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.ResourceBody;
import bellows.cloudcontroller.api.Timestamps;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A droplet that takes over from another one.
 *
 * @param previousDroplet what the app goes back to
 * @param newProcess the web process that grows; null when nothing had to grow
 * @param instances how many web instances there shall be in the end
 * @param error why it was rolled back
 * @param idleSeconds how long ago the last step was
 */
record Deployment(
    String guid,
    String app,
    String space,
    Reason reason,
    int maxInFlight,
    @Nullable String droplet,
    @Nullable String previousDroplet,
    @Nullable String newProcess,
    int instances,
    @Nullable String error,
    Metadata metadata,
    Instant lastStatusChange,
    @Nullable Instant lastHealthy,
    long idleSeconds,
    Instant createdAt,
    Instant updatedAt) {
  /** Where it stands; the first two are still ACTIVE, the others final. */
  enum Reason {
    DEPLOYING,
    CANCELING,
    DEPLOYED,
    CANCELED,
    SUPERSEDED;

    boolean active() {
      return switch (this) {
        case DEPLOYING, CANCELING -> true;
        case DEPLOYED, CANCELED, SUPERSEDED -> false;
      };
    }

    String value() {
      return active() ? "ACTIVE" : "FINALIZED";
    }
  }

  ResourceBody body(Links links) {
    Map<String, @Nullable Object> details = new LinkedHashMap<>();
    details.put(
        "last_successful_healthcheck", lastHealthy == null ? null : Timestamps.text(lastHealthy));
    details.put("last_status_change", Timestamps.text(lastStatusChange));
    if (error != null) {
      details.put("error", error);
    }
    ResourceBody body =
        ResourceBody.of(links, guid, createdAt, updatedAt)
            .put(
                "status",
                Map.of("value", reason.value(), "reason", reason.name(), "details", details))
            .put("strategy", "rolling")
            .put("options", Map.of("max_in_flight", maxInFlight))
            .put("droplet", reference(droplet))
            .put("previous_droplet", reference(previousDroplet))
            .put(
                "new_processes",
                newProcess == null ? List.of() : List.of(Map.of("guid", newProcess, "type", "web")))
            .toOne("app", app)
            .metadata(metadata)
            .link("self", "/v3/deployments/%s", guid)
            .link("app", "/v3/apps/%s", app);
    return reason == Reason.DEPLOYING
        ? body.action("cancel", "POST", "/v3/deployments/%s/actions/cancel", guid)
        : body;
  }

  private static Map<String, @Nullable Object> reference(@Nullable String guid) {
    Map<String, @Nullable Object> reference = new LinkedHashMap<>();
    reference.put("guid", guid);
    return reference;
  }
}
