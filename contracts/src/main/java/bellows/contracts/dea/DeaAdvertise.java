package bellows.contracts.dea;

import bellows.contracts.ids.DeaId;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Subjects dea.advertise and staging.advertise, each 5 s: what a DEA has room for
 * (reference/messages.md, section 1.6). Forgotten after 10 s.
 *
 * @param availableMemoryMb configured memory less what instances hold
 * @param appIdToCount instances by app guid, crashed ones too
 * @param host ours: the host's stable name, which placements carry
 * @param instanceAddress ours: the IP that placements of this host are reached at
 * @param firstPort ours: first port that placements of this host may have
 * @param lastPort ours: last such port
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeaAdvertise(
    DeaId id,
    List<String> stacks,
    @JsonProperty("available_memory") int availableMemoryMb,
    @JsonProperty("available_disk") int availableDiskMb,
    @JsonProperty("app_id_to_count") Map<String, Integer> appIdToCount,
    @JsonProperty("placement_properties") @Nullable PlacementProperties placementProperties,
    @Nullable String host,
    @JsonProperty("instance_address") @Nullable String instanceAddress,
    @JsonProperty("first_port") @Nullable Integer firstPort,
    @JsonProperty("last_port") @Nullable Integer lastPort) {
  public DeaAdvertise {
    stacks = Objects.requireNonNullElse(stacks, List.of());
    appIdToCount = Objects.requireNonNullElse(appIdToCount, Map.of());
  }

  /** Where the host stands. */
  public record PlacementProperties(String zone) {}
}
