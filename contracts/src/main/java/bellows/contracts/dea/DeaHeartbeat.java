package bellows.contracts.dea;

import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.DeaId;
import bellows.contracts.ids.InstanceId;
import bellows.contracts.ids.PlacementId;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Subject dea.heartbeat, each 10 s and on changes, also when empty: all instances of one DEA
 * (reference/messages.md, section 1.6).
 *
 * @param host ours: the host's stable name
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeaHeartbeat(DeaId dea, List<Instance> droplets, @Nullable String host) {
  public DeaHeartbeat {
    droplets = Objects.requireNonNullElse(droplets, List.of());
  }

  /**
   * @param droplet the app
   * @param state STARTING, RUNNING, CRASHED or EVACUATING
   * @param stateTimestamp seconds since 1970, with fraction
   * @param placement ours: the placement it was started for
   * @param asleep ours: true when it is RUNNING for everybody else, but has no process at the
   *     moment
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Instance(
      @JsonProperty("cc_partition") String partition,
      AppGuid droplet,
      AppVersion version,
      InstanceId instance,
      int index,
      InstanceState state,
      @JsonProperty("state_timestamp") double stateTimestamp,
      @Nullable PlacementId placement,
      @Nullable Boolean asleep) {}
}
