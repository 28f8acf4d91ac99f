package bellows.contracts.ids;

import bellows.base.ids.Ids;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A row of the CMDB: one index of a process on one host, with a port of its own. */
public record PlacementId(@JsonValue String value) {
  @JsonCreator
  public PlacementId {
    if (value.isEmpty() || value.length() > 200) {
      throw new IllegalArgumentException("a placement id must have 1 to 200 characters");
    }
  }

  public static PlacementId random() {
    return new PlacementId(Ids.uuid());
  }

  /** For whoever keeps it: all that are equal share their text. */
  public PlacementId kept() {
    return new PlacementId(value.intern());
  }

  @Override
  public String toString() {
    return value;
  }
}
