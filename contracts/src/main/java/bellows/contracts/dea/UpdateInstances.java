package bellows.contracts.dea;

import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.routing.RoutedUris;
import bellows.contracts.routing.UriOptions;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Subject dea.update: the routes of an app's running instances are now these.
 *
 * @param uris as in {@link StartInstance}
 * @param version instances of other versions are left alone; unlike a historic DEA ours keeps the
 *     instance ids
 * @param uriOptions ours: of uris of which more is wanted than that they lead there
 */
public record UpdateInstances(
    AppGuid droplet,
    List<String> uris,
    @Nullable AppVersion version,
    @JsonProperty("uri_options") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        Map<String, UriOptions> uriOptions) {
  public UpdateInstances {
    uris = Objects.requireNonNullElse(uris, List.of());
    uriOptions = Objects.requireNonNullElse(uriOptions, Map.of());
  }

  public UpdateInstances(AppGuid droplet, RoutedUris routed, @Nullable AppVersion version) {
    this(droplet, routed.uris(), version, routed.options());
  }

  /** The uris with what is wanted of them. */
  public RoutedUris routed() {
    return new RoutedUris(uris, uriOptions);
  }
}
