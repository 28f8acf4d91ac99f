package bellows.contracts.dea;

import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.DeaId;
import bellows.contracts.ids.InstanceId;
import bellows.contracts.ids.PlacementId;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One answer to dea.find.droplet: one per instance.
 *
 * @param stateTimestamp seconds since 1970, with fraction
 * @param stats only when asked for and RUNNING
 * @param placement ours
 * @param details ours: why it crashed, in words
 * @param wakes ours: its sleep and its wakes
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
    @Nullable String details,
    @Nullable Wakes wakes) {

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

  /**
   * @param asleep no process at the moment
   * @param count wakes since the placement is on this host
   * @param lastReason what woke it last, such as {@code connection from 10.0.0.1} or {@code
   *     command}
   * @param lastRequest first line of the request that woke it, without query, when it was HTTP
   * @param lastClient User-Agent of that request
   * @param lastAtSeconds when, in seconds since 1970
   * @param phasesMillis how long the last wake took, by phase: slot, mount, exec, listen,
   *     first_byte
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Wakes(
      boolean asleep,
      long count,
      @JsonProperty("last_reason") @Nullable String lastReason,
      @JsonProperty("last_request") @Nullable String lastRequest,
      @JsonProperty("last_client") @Nullable String lastClient,
      @JsonProperty("last_at") @Nullable Double lastAtSeconds,
      @JsonProperty("phases_ms") @Nullable Map<String, Double> phasesMillis) {}
}
