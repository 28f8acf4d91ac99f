package bellows.contracts.dea;

import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Subject dea.update: the routes of an app's running instances are now these.
 *
 * @param uris as in {@link StartInstance}
 * @param version instances of other versions are left alone; unlike a historic DEA ours keeps the
 *     instance ids
 */
public record UpdateInstances(AppGuid droplet, List<String> uris, @Nullable AppVersion version) {
  public UpdateInstances {
    uris = Objects.requireNonNullElse(uris, List.of());
  }
}
