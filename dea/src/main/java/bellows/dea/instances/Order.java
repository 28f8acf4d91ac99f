package bellows.dea.instances;

import bellows.contracts.dea.StartInstance;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.PlacementId;
import bellows.dea.sleep.SleepRule;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A start message as an instance keeps it. Thousands of instances may sleep on a host: what is
 * asked of them then is at hand, and all that only a start needs is kept small until there is one.
 *
 * @param partition {@code default} unless the controller says otherwise
 * @param rule when it may sleep; empty for never
 * @param limits what a start takes of the host
 * @param packed the whole message, see {@link PackedMessage}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Order(
    AppGuid app,
    AppVersion version,
    int index,
    String partition,
    @Nullable PlacementId placement,
    @Nullable String processId,
    @Nullable String processType,
    StartInstance.@Nullable Sleep sleep,
    Optional<SleepRule> rule,
    StartInstance.Limits limits,
    byte[] packed) {
  private static final String PARTITION = "default";

  /**
   * @param shortestSleep no app sleeps sooner
   */
  static Order of(StartInstance message, Duration shortestSleep) {
    String partition = message.partition();
    String type = message.processType();
    PlacementId placement = message.placement();
    return new Order(
        message.droplet().kept(),
        message.version().kept(),
        message.index(),
        partition == null ? PARTITION : partition.intern(),
        placement == null ? null : placement.kept(),
        message.processId(),
        type == null ? null : type.intern(),
        message.sleep(),
        SleepRule.of(message, shortestSleep),
        message.limits(),
        PackedMessage.of(message));
  }

  StartInstance message() {
    return PackedMessage.open(packed);
  }
}
