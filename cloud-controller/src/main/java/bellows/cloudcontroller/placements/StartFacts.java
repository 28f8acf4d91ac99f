package bellows.cloudcontroller.placements;

import bellows.cloudcontroller.environment.AppFacts;
import bellows.cloudcontroller.sleep.SleepPolicy;
import bellows.contracts.dea.StartInstance.HealthCheck;
import bellows.contracts.routing.UriOptions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that a start message says, apart from the droplet's address.
 *
 * @param uriOptions of those of the app's uris of which something is wanted
 * @param dropletSha1 null for a droplet whose digest is not known
 * @param variables the app's own environment, in its order
 * @param command null leaves the choice to the droplet
 * @param sleep that of its process
 */
record StartFacts(
    Placement placement,
    AppFacts app,
    Map<String, UriOptions> uriOptions,
    String droplet,
    @Nullable String dropletSha1,
    String stack,
    String processType,
    Map<String, String> variables,
    @Nullable String command,
    long logBytesPerSecond,
    @Nullable Integer healthCheckTimeoutSeconds,
    HealthCheck healthCheck,
    SleepPolicy sleep) {}
