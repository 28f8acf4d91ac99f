package bellows.contracts.dea;

import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.DeaId;
import bellows.contracts.ids.InstanceId;
import bellows.contracts.ids.PlacementId;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One answer to dea.find.droplet: one per instance.
 *
 * @param stateTimestamp seconds since 1970, with fraction
 * @param stats only when asked for and RUNNING
 * @param placement ours
 * @param details ours: why it crashed, in words
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FoundInstance(
    DeaId dea,
    AppGuid droplet,
    AppVersion version,
    InstanceId instance,
    int index,
    InstanceState state,
    @JsonProperty("state_timestamp") double stateTimestamp,
    @Nullable Stats stats,
    @Nullable PlacementId placement,
    @Nullable String details) {

  /**
   * @param uptimeSeconds since RUNNING
   * @param memQuotaBytes limit
   * @param diskQuotaBytes limit
   * @param instanceAddress ours: the container's own IP
   * @param containerPort ours: the port inside the container
   */
  public record Stats(
      String name,
      List<String> uris,
      String host,
      int port,
      @JsonProperty("uptime") long uptimeSeconds,
      @JsonProperty("mem_quota") long memQuotaBytes,
      @JsonProperty("disk_quota") long diskQuotaBytes,
      @JsonProperty("fds_quota") int fdsQuota,
      Usage usage,
      @JsonProperty("instance_address") @Nullable String instanceAddress,
      @JsonProperty("container_port") @Nullable Integer containerPort) {}

  /**
   * @param time when measured, ISO 8601
   * @param cpu 1.0 is one core
   * @param mem bytes
   * @param disk bytes
   */
  public record Usage(String time, double cpu, long mem, long disk) {}
}
