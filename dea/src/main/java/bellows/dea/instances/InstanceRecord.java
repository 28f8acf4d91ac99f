package bellows.dea.instances;

import bellows.contracts.dea.InstanceState;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.ids.InstanceId;
import bellows.contracts.routing.RoutedUris;
import bellows.contracts.routing.UriOptions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is on disk about one instance, enough to go on with it after this process has died. Holds
 * the app's secrets.
 *
 * @param uris may be newer than the message's
 * @param crashes in a row, this one's own included once it has crashed
 * @param receivedAt when the message with its signed address came
 * @param restartAt only when crashed
 * @param wakes may lack the newest ones: nothing on the way of a wake waits for the disk
 * @param uriOptions as new as the uris; null in records of earlier versions
 */
record InstanceRecord(
    InstanceId id,
    StartInstance message,
    List<String> uris,
    int port,
    int uid,
    int crashes,
    Instant receivedAt,
    InstanceState state,
    Instant since,
    Instant startedAt,
    @Nullable Instant restartAt,
    @Nullable String details,
    @Nullable WakeLog wakes,
    @Nullable Map<String, UriOptions> uriOptions) {
  RoutedUris routed() {
    return new RoutedUris(uris, Objects.requireNonNullElse(uriOptions, Map.of()));
  }
}
