package bellows.cloudcontroller.history;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one transaction changed about one app.
 *
 * @param number grows with time over all apps
 * @param actor {@code user:NAME}, {@code sql:DATABASE USER} or {@code platform}
 * @param undoes the set that this one took back
 * @param undoneBy the set that took back this one
 */
record ChangeSet(
    long number,
    String app,
    String actor,
    Instant at,
    @Nullable Long undoes,
    @Nullable Long undoneBy,
    List<Change> changes) {
  /** Done by the platform itself, as a consequence of something or because a host was lost. */
  boolean byPlatform() {
    return actor.equals("platform");
  }
}
