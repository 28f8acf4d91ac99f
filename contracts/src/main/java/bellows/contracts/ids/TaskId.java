package bellows.contracts.ids;

import bellows.base.ids.Ids;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** One staging task. */
public record TaskId(@JsonValue String value) {
  @JsonCreator
  public TaskId {
    if (value.isEmpty() || value.length() > 200) {
      throw new IllegalArgumentException("a staging task id must have 1 to 200 characters");
    }
  }

  public static TaskId random() {
    return new TaskId(Ids.uuid());
  }

  @Override
  public String toString() {
    return value;
  }
}
