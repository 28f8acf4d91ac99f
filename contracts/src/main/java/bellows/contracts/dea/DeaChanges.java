package bellows.contracts.dea;

import bellows.contracts.ids.DeaId;
import bellows.contracts.ids.InstanceId;
import java.util.List;
import java.util.Objects;

/**
 * Subject bellows.dea.changes, ours: what is different since the last heartbeat, at once and
 * whatever else the host has. A hint as every message: the next {@link DeaHeartbeat} tells all.
 *
 * @param host the host's stable name
 * @param sequence counts on from the heartbeats'; whoever knows a greater number knows better
 * @param droplets as a heartbeat lists them now
 * @param gone those that a heartbeat does not list any more
 */
public record DeaChanges(
    DeaId dea,
    String host,
    long sequence,
    List<DeaHeartbeat.Instance> droplets,
    List<InstanceId> gone) {
  public DeaChanges {
    droplets = Objects.requireNonNullElse(droplets, List.of());
    gone = Objects.requireNonNullElse(gone, List.of());
  }
}
