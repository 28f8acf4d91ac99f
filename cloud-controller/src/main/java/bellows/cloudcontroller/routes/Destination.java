package bellows.cloudcontroller.routes;

import bellows.cloudcontroller.api.Timestamps;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An app's process that a route leads to.
 *
 * @param protocol {@code http1}, {@code http2} or {@code tcp}
 */
public record Destination(
    String guid,
    String routeGuid,
    String appGuid,
    String processType,
    String protocol,
    Instant createdAt,
    Instant updatedAt) {
  /** The port an app listens on inside its container. */
  static final int PORT = 8080;

  Map<String, @Nullable Object> body() {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("guid", guid);
    body.put("created_at", Timestamps.text(createdAt));
    body.put("updated_at", Timestamps.text(updatedAt));
    Map<String, Object> app = new LinkedHashMap<>();
    app.put("guid", appGuid);
    app.put("process", Map.of("type", processType));
    body.put("app", app);
    body.put("weight", null);
    body.put("port", PORT);
    body.put("protocol", protocol);
    return body;
  }
}
