package bellows.contracts.dea;

import bellows.contracts.ids.DeaId;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Subjects dea.start (a DEA is there) and dea.shutdown (it goes).
 *
 * @param appIdToCount in dea.shutdown only: instances by app guid
 * @param host ours: the host's stable name
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeaHello(
    DeaId id,
    String ip,
    String version,
    @JsonProperty("app_id_to_count") @Nullable Map<String, Integer> appIdToCount,
    @Nullable String host) {}
