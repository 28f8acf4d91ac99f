package bellows.cloudcontroller.history;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One row that a change set changed.
 *
 * @param key the row's guid
 * @param version 1 for the first that is recorded of this row
 * @param was null when the row is new
 * @param became null when the row is gone
 */
record Change(
    Kind kind, String key, long version, @Nullable JsonNode was, @Nullable JsonNode became) {
  /** The tables whose changes are recorded. */
  enum Kind {
    APP,
    PROCESS,
    PLACEMENT;

    /** As in the tables and in the API. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    String plural() {
      return this == PROCESS ? "processes" : word() + "s";
    }
  }

  /** Whether the row was there before and after, with another value of this field. */
  boolean changed(String field) {
    return was != null && became != null && !Objects.equals(was.path(field), became.path(field));
  }
}
