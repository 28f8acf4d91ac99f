package bellows.contracts.staging;

import bellows.contracts.ids.AppGuid;
import com.fasterxml.jackson.annotation.JsonProperty;

/** Subject staging.stop: end every staging task of the app. */
public record StagingStop(@JsonProperty("app_id") AppGuid app) {}
