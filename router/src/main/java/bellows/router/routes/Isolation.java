package bellows.router.routes;

import java.util.Set;

/**
 * Whose routes this router serves, where apps of an isolation segment are to have routers of their
 * own.
 *
 * @param segments those of this router
 */
public record Isolation(Mode mode, Set<String> segments) {
  /** Every route there is. */
  public static final Isolation NONE = new Isolation(Mode.ALL, Set.of());

  /** gorouter's {@code routing_table_sharding_mode}. */
  public enum Mode {
    ALL,
    /** Those of the segments only. */
    SEGMENTS,
    /** Those of the segments, and those that are of none. */
    SHARED_AND_SEGMENTS
  }

  public Isolation {
    segments = Set.copyOf(segments);
    if (mode == Mode.SEGMENTS && segments.isEmpty()) {
      throw new IllegalArgumentException(
          "router.isolation_segments must name one when only those are served");
    }
  }

  /**
   * @param segment empty for a registration of none
   */
  boolean takes(String segment) {
    return switch (mode) {
      case ALL -> true;
      case SEGMENTS -> segments.contains(segment);
      case SHARED_AND_SEGMENTS -> segment.isEmpty() || segments.contains(segment);
    };
  }
}
