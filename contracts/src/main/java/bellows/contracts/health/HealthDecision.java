package bellows.contracts.health;

import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.InstanceId;
import com.fasterxml.jackson.annotation.JsonProperty;

/** What the health manager asks the cloud controller for, which checks again before it obeys. */
public sealed interface HealthDecision {
  /** Subject hm9000.start, group cc; {@code index} counts from 0 (reference/messages.md). */
  record Start(
      @JsonProperty("message_id") String messageId,
      @JsonProperty("droplet") AppGuid app,
      @JsonProperty("version") AppVersion version,
      @JsonProperty("instance_index") int index)
      implements HealthDecision {}

  /** Subject hm9000.stop, group cc. */
  record Stop(
      @JsonProperty("message_id") String messageId,
      @JsonProperty("droplet") AppGuid app,
      @JsonProperty("version") AppVersion version,
      @JsonProperty("instance_guid") InstanceId instance,
      @JsonProperty("instance_index") int index,
      @JsonProperty("is_duplicate") boolean duplicate)
      implements HealthDecision {}
}
