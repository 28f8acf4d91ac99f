package bellows.cloudcontroller.services;

import bellows.base.json.Json;
import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.ResourceBody;
import bellows.cloudcontroller.api.Timestamps;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A service that its users run themselves; of no other kind is any here.
 *
 * @param credentials sealed; null for none
 * @param tags JSON array as text
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ServiceInstance(
    String guid,
    Instant createdAt,
    Instant updatedAt,
    String name,
    String spaceGuid,
    byte @Nullable [] credentials,
    @Nullable String syslogDrainUrl,
    @Nullable String routeServiceUrl,
    String tags,
    Metadata metadata) {
  static final String TYPE = "user-provided";

  ResourceBody body(Links links) {
    return ResourceBody.of(links, guid, createdAt, updatedAt)
        .put("name", name)
        .put("type", TYPE)
        .put("tags", Json.tree(tags))
        .put(
            "last_operation",
            succeeded(createdAt.equals(updatedAt) ? "create" : "update", createdAt, updatedAt))
        .put("syslog_drain_url", syslogDrainUrl)
        .put("route_service_url", routeServiceUrl)
        .toOne("space", spaceGuid)
        .metadata(metadata)
        .link("self", "/v3/service_instances/%s", guid)
        .link("space", "/v3/spaces/%s", spaceGuid)
        .link("credentials", "/v3/service_instances/%s/credentials", guid)
        .link(
            "service_credential_bindings",
            "/v3/service_credential_bindings?service_instance_guids=%s",
            guid)
        .link(
            "service_route_bindings", "/v3/service_route_bindings?service_instance_guids=%s", guid);
  }

  /** Whatever is done to what users provide is done at once. */
  static Map<String, Object> succeeded(String type, Instant createdAt, Instant updatedAt) {
    Map<String, Object> operation = new LinkedHashMap<>();
    operation.put("type", type);
    operation.put("state", "succeeded");
    operation.put("description", "Operation succeeded");
    operation.put("created_at", Timestamps.text(createdAt));
    operation.put("updated_at", Timestamps.text(updatedAt));
    return operation;
  }
}
