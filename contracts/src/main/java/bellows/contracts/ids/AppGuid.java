package bellows.contracts.ids;

import bellows.base.ids.Ids;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** An app, for its whole life; {@code droplet} on the bus. */
public record AppGuid(@JsonValue String value) {
  @JsonCreator
  public AppGuid {
    if (value.isEmpty() || value.length() > 200) {
      throw new IllegalArgumentException("an app guid must have 1 to 200 characters");
    }
  }

  public static AppGuid random() {
    return new AppGuid(Ids.uuid());
  }

  /** For whoever keeps it: all that are equal share their text. */
  public AppGuid kept() {
    return new AppGuid(value.intern());
  }

  @Override
  public String toString() {
    return value;
  }
}
