package bellows.cloudcontroller.api;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code {"data": ...}} with the guids of other resources. */
public final class Relationship {
  private Relationship() {}

  public static Map<String, @Nullable Object> one(@Nullable String guid) {
    Map<String, @Nullable Object> body = new HashMap<>();
    body.put("data", guid == null ? null : Map.of("guid", guid));
    return body;
  }

  public static Map<String, @Nullable Object> many(List<String> guids) {
    Map<String, @Nullable Object> body = new HashMap<>();
    body.put("data", guids.stream().map(guid -> Map.of("guid", guid)).toList());
    return body;
  }
}
