package bellows.contracts.routing;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted of an app's uri besides that it leads to the app, as its registrations say it.
 *
 * @param routeServiceUrl what requests pass by before they reach the app
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UriOptions(
    RouterRegister.@Nullable Options options,
    @JsonProperty("route_service_url") @Nullable String routeServiceUrl) {
  /** Nothing: all is left to the router. */
  public static final UriOptions NONE = new UriOptions(null, null);
}
