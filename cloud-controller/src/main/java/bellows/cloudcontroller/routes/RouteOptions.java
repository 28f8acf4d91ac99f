package bellows.cloudcontroller.routes;

import bellows.base.json.Json;
import bellows.cloudcontroller.api.Fields;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What a route says about balancing. A value is never null: clients cannot read that. */
final class RouteOptions {
  private static final String BALANCING = "loadbalancing";

  private RouteOptions() {}

  /**
   * @param before options as JSON text
   * @return what they are after the body's {@code options}; null when none are set
   */
  static @Nullable String read(Fields fields, @Nullable String before) {
    Optional<Fields> options = fields.object("options");
    if (options.isEmpty()) {
      return before;
    }
    Optional<String> balancing =
        options.get().oneOf(BALANCING, List.of("round-robin", "least-connection"));
    ObjectNode after = before == null ? Json.object() : (ObjectNode) Json.tree(before);
    if (options.get().isNull(BALANCING)) {
      after.remove(BALANCING);
    }
    balancing.ifPresent(value -> after.put(BALANCING, value));
    return after.isEmpty() ? null : Json.text(after);
  }
}
