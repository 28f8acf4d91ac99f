package bellows.contracts.dea;

import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.DeaId;
import bellows.contracts.ids.InstanceId;
import bellows.contracts.ids.PlacementId;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Subject dea.heartbeat, each 10 s, also when empty: all instances of one DEA
 * (reference/messages.md, section 1.6). More than fit into a message come in parts, which is ours,
 * as no historic DEA has so many. What changes in between is told by {@link DeaChanges}.
 *
 * @param host ours: the host's stable name
 * @param sequence ours: grows with each heartbeat and each change, the same in all parts of one
 *     heartbeat; absent from a historic DEA
 * @param part ours: from 0; absent when there is one part only
 * @param parts ours: how many there are; absent when there is one only
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeaHeartbeat(
    DeaId dea,
    List<Instance> droplets,
    @Nullable String host,
    @Nullable Long sequence,
    @Nullable Integer part,
    @Nullable Integer parts) {
  /** Entries that fit into a message, with names of a usual length. */
  private static final int INSTANCES_PER_PART = 2_000;

  public DeaHeartbeat {
    droplets = Objects.requireNonNullElse(droplets, List.of());
  }

  /** All in one, without a number. */
  public DeaHeartbeat(DeaId dea, List<Instance> droplets, @Nullable String host) {
    this(dea, droplets, host, null, null, null);
  }

  /** The messages that tell of all these instances together. */
  public static List<DeaHeartbeat> of(
      DeaId dea, List<Instance> droplets, String host, long sequence) {
    if (droplets.size() <= INSTANCES_PER_PART) {
      return List.of(new DeaHeartbeat(dea, droplets, host, sequence, null, null));
    }
    int parts = Math.ceilDiv(droplets.size(), INSTANCES_PER_PART);
    return IntStream.range(0, parts)
        .mapToObj(part -> {
          int from = part * INSTANCES_PER_PART;
          int to = Math.min(droplets.size(), from + INSTANCES_PER_PART);
          return new DeaHeartbeat(dea, droplets.subList(from, to), host, sequence, part, parts);
        })
        .toList();
  }

  /**
   * @param droplet the app
   * @param state STARTING, RUNNING, CRASHED or EVACUATING
   * @param stateTimestamp seconds since 1970, with fraction
   * @param placement ours: the placement it was started for
   * @param asleep ours: true when it is RUNNING for everybody else, but has no process at the
   *     moment
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Instance(
      @JsonProperty("cc_partition") String partition,
      AppGuid droplet,
      AppVersion version,
      InstanceId instance,
      int index,
      InstanceState state,
      @JsonProperty("state_timestamp") double stateTimestamp,
      @Nullable PlacementId placement,
      @Nullable Boolean asleep) {
    public Instance {
      // The same for thousands.
      partition = Objects.requireNonNullElse(partition, "default").intern();
    }

    /** For whoever keeps it: see {@link AppGuid#kept}. */
    public Instance kept() {
      return new Instance(
          partition,
          droplet.kept(),
          version.kept(),
          instance.kept(),
          index,
          state,
          stateTimestamp,
          placement == null ? null : placement.kept(),
          asleep);
    }
  }
}
