package bellows.cloudcontroller.apps;

import bellows.cloudcontroller.api.Metadata;
import bellows.contracts.ids.AppGuid;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An app, apart from its environment, which is sealed and read on its own.
 *
 * @param organization of its space
 * @param started the desired state: STARTED or STOPPED
 * @param buildpacks wanted for the next build; empty means detect
 * @param droplet what the next start runs
 * @param deleting a job is about to remove it
 */
public record App(
    String guid,
    String name,
    String space,
    String organization,
    boolean started,
    List<String> buildpacks,
    String stack,
    @Nullable String droplet,
    boolean sshEnabled,
    boolean revisionsEnabled,
    boolean deleting,
    Metadata metadata,
    Instant createdAt,
    Instant updatedAt) {
  /** For the bus. */
  public AppGuid id() {
    return new AppGuid(guid);
  }
}
