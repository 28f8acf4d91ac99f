package bellows.contracts.ids;

import bellows.base.ids.Ids;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** One running copy; a restart makes a new one. */
public record InstanceId(@JsonValue String value) {
  @JsonCreator
  public InstanceId {
    if (value.isEmpty() || value.length() > 200) {
      throw new IllegalArgumentException("an instance id must have 1 to 200 characters");
    }
  }

  public static InstanceId random() {
    return new InstanceId(Ids.uuid());
  }

  /** For whoever keeps it: all that are equal share their text. */
  public InstanceId kept() {
    return new InstanceId(value.intern());
  }

  @Override
  public String toString() {
    return value;
  }
}
