package bellows.contracts.ids;

import bellows.base.ids.Ids;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * What a process runs: changes with each restart, so that old instances can be told apart; {@code
 * version} on the bus.
 */
public record AppVersion(@JsonValue String value) {
  @JsonCreator
  public AppVersion {
    if (value.isEmpty() || value.length() > 200) {
      throw new IllegalArgumentException("an app version must have 1 to 200 characters");
    }
  }

  public static AppVersion random() {
    return new AppVersion(Ids.uuid());
  }

  /** For whoever keeps it: all that are equal share their text. */
  public AppVersion kept() {
    return new AppVersion(value.intern());
  }

  @Override
  public String toString() {
    return value;
  }
}
