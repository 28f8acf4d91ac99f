package bellows.contracts.ids;

import bellows.base.ids.Ids;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** One run of a DEA: new after each restart, unlike its host's name. */
public record DeaId(@JsonValue String value) {
  @JsonCreator
  public DeaId {
    if (value.isEmpty() || value.length() > 200) {
      throw new IllegalArgumentException("a DEA id must have 1 to 200 characters");
    }
  }

  public static DeaId random() {
    return new DeaId(Ids.uuid());
  }

  @Override
  public String toString() {
    return value;
  }
}
