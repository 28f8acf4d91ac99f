package bellows.contracts.dea;

import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.InstanceId;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * Subject droplet.exited: an instance is no more.
 *
 * @param reason CRASHED, STOPPED, DEA_SHUTDOWN or DEA_EVACUATION; readers accept all four
 * @param exitStatus -1 when unknown
 * @param crashTimestamp seconds since 1970; only when crashed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DropletExited(
    @JsonProperty("cc_partition") String partition,
    AppGuid droplet,
    AppVersion version,
    InstanceId instance,
    int index,
    String reason,
    @JsonProperty("exit_status") int exitStatus,
    @JsonProperty("exit_description") String exitDescription,
    @JsonProperty("crash_timestamp") @Nullable Long crashTimestamp) {}
