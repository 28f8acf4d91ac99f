package bellows.contracts.dea;

import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.InstanceId;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Subjects dea.stop and dea.find.droplet: which instances are meant. The app alone means all of
 * them and, for dea.stop, its staging too; every further field narrows.
 *
 * @param instances instance guids
 * @param states upper-case names; readers ignore unknown ones
 * @param includeStats find only: answer with {@link FoundInstance.Stats}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InstanceFilter(
    AppGuid droplet,
    @Nullable AppVersion version,
    @Nullable List<Integer> indices,
    @Nullable List<InstanceId> instances,
    @Nullable List<String> states,
    @JsonProperty("include_stats") @Nullable Boolean includeStats) {

  /** Every instance of the app. */
  public static InstanceFilter all(AppGuid app) {
    return new InstanceFilter(app, null, null, null, null, null);
  }

  /** One instance of the app. */
  public static InstanceFilter one(AppGuid app, InstanceId instance) {
    return new InstanceFilter(app, null, null, List.of(instance), null, null);
  }
}
