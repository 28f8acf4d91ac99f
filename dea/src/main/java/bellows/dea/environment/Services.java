package bellows.dea.environment;

import bellows.base.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What bound services look like to an app. */
final class Services {
  /** Schemes of relational databases, and what frameworks call their drivers. */
  private static final Map<String, String> SCHEMES =
      Map.of(
          "mysql", "mysql2",
          "mysql2", "mysql2",
          "postgres", "postgres",
          "postgresql", "postgres",
          "db2", "ibmdb",
          "informix", "ibmdb");

  private Services() {}

  /** {@code VCAP_SERVICES}: the services by label, in the order they came. */
  static String byLabel(List<JsonNode> services) {
    ObjectNode labels = Json.object();
    for (JsonNode service : services) {
      String label = service.path("label").asString("user-provided");
      ArrayNode list =
          labels.get(label) instanceof ArrayNode array ? array : labels.putArray(label);
      list.add(service);
    }
    return labels.toString();
  }

  /** {@code DATABASE_URL}: the first service whose credentials hold the uri of such a database. */
  static Optional<String> databaseUrl(List<JsonNode> services) {
    for (JsonNode service : services) {
      String uri = service.path("credentials").path("uri").asString("");
      int colon = uri.indexOf("://");
      String scheme = colon < 0 ? null : SCHEMES.get(uri.substring(0, colon));
      if (scheme != null) {
        return Optional.of(scheme + uri.substring(colon));
      }
    }
    return Optional.empty();
  }
}
