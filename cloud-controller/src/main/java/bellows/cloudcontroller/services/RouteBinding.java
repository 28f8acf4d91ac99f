package bellows.cloudcontroller.services;

import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.ResourceBody;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * That requests for a route pass by a service instance.
 *
 * @param spaceGuid of both
 * @param routeServiceUrl the instance's
 */
record RouteBinding(
    String guid,
    Instant createdAt,
    Instant updatedAt,
    String instanceGuid,
    String routeGuid,
    String spaceGuid,
    @Nullable String routeServiceUrl,
    Metadata metadata) {
  ResourceBody body(Links links) {
    return ResourceBody.of(links, guid, createdAt, updatedAt)
        .put("route_service_url", routeServiceUrl)
        .put("last_operation", ServiceInstance.succeeded("create", createdAt, createdAt))
        .toOne("service_instance", instanceGuid)
        .toOne("route", routeGuid)
        .metadata(metadata)
        .link("self", "/v3/service_route_bindings/%s", guid)
        .link("service_instance", "/v3/service_instances/%s", instanceGuid)
        .link("route", "/v3/routes/%s", routeGuid);
  }
}
