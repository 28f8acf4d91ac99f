package bellows.contracts.ids;

import bellows.base.ids.Ids;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A process of an app, such as its web process. */
public record ProcessGuid(@JsonValue String value) {
  @JsonCreator
  public ProcessGuid {
    if (value.isEmpty() || value.length() > 200) {
      throw new IllegalArgumentException("a process guid must have 1 to 200 characters");
    }
  }

  public static ProcessGuid random() {
    return new ProcessGuid(Ids.uuid());
  }

  @Override
  public String toString() {
    return value;
  }
}
