package bellows.cloudcontroller.routes;

import bellows.base.json.Json;
import bellows.cloudcontroller.api.Fields;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Changes of a route's options, which the CMDB keeps as a JSON object. A value is never null there:
 * clients cannot read that.
 */
final class RouteOptions {
  private RouteOptions() {}

  /**
   * The changes in the body's {@code options}; a null value takes the option away, empty leaves all
   * as it is.
   */
  static Map<String, @Nullable String> read(Fields fields) {
    Map<String, @Nullable String> changes = new LinkedHashMap<>();
    Optional<Fields> options = fields.object("options");
    if (options.isPresent()) {
      for (RouteOption option : RouteOption.values()) {
        read(option, fields, options.get(), changes);
      }
    }
    return changes;
  }

  private static void read(
      RouteOption option, Fields fields, Fields options, Map<String, @Nullable String> into) {
    Optional<String> value = options.text(option.key(), Integer.MAX_VALUE);
    if (options.isNull(option.key())) {
      into.put(option.key(), null);
    } else if (value.isPresent() && option.allows(value.get())) {
      into.put(option.key(), value.get());
    } else if (value.isPresent()) {
      fields.fault(
          "Options %s must be one of '%s' if present"
              .formatted(Fields.label(option.key()), option.valid()));
    }
  }

  /**
   * Whether the changes would change nothing.
   *
   * @param before JSON text; null when none are set
   */
  static boolean has(@Nullable String before, Map<String, ? extends @Nullable String> changes) {
    String after = changed(before, changes);
    if (before == null || after == null) {
      return Objects.equals(before, after);
    }
    return Json.tree(before).equals(Json.tree(after));
  }

  /**
   * @param before JSON text; null when none are set
   * @return JSON text; null when none are set
   */
  static @Nullable String changed(
      @Nullable String before, Map<String, ? extends @Nullable String> changes) {
    ObjectNode after = before == null ? Json.object() : (ObjectNode) Json.tree(before);
    changes.forEach((key, value) -> {
      if (value == null) {
        after.remove(key);
      } else {
        after.put(key, value);
      }
    });
    return after.isEmpty() ? null : Json.text(after);
  }
}
