package bellows.cloudcontroller.quotas;

import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.ResourceBody;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A quota as the API shows it; a null limit means unlimited. */
record OrganizationQuota(
    String guid,
    Instant createdAt,
    Instant updatedAt,
    String name,
    Limits limits,
    List<String> organizations) {

  /** Columns of the table, in its order. */
  record Limits(
      @Nullable Long totalMemoryMb,
      @Nullable Long perProcessMemoryMb,
      @Nullable Long totalInstances,
      @Nullable Long perAppTasks,
      @Nullable Long logRateBytesPerSecond,
      boolean paidServicesAllowed,
      @Nullable Long totalServiceInstances,
      @Nullable Long totalServiceKeys,
      @Nullable Long totalRoutes,
      @Nullable Long totalReservedPorts,
      @Nullable Long totalDomains) {
    static final Limits NONE =
        new Limits(null, null, null, null, null, true, null, null, null, null, null);
  }

  ResourceBody body(Links links) {
    Map<String, @Nullable Object> apps = new LinkedHashMap<>();
    apps.put("total_memory_in_mb", limits.totalMemoryMb());
    apps.put("per_process_memory_in_mb", limits.perProcessMemoryMb());
    apps.put("total_instances", limits.totalInstances());
    apps.put("per_app_tasks", limits.perAppTasks());
    apps.put("log_rate_limit_in_bytes_per_second", limits.logRateBytesPerSecond());
    Map<String, @Nullable Object> services = new LinkedHashMap<>();
    services.put("paid_services_allowed", limits.paidServicesAllowed());
    services.put("total_service_instances", limits.totalServiceInstances());
    services.put("total_service_keys", limits.totalServiceKeys());
    Map<String, @Nullable Object> routes = new LinkedHashMap<>();
    routes.put("total_routes", limits.totalRoutes());
    routes.put("total_reserved_ports", limits.totalReservedPorts());
    Map<String, @Nullable Object> domains = new LinkedHashMap<>();
    domains.put("total_domains", limits.totalDomains());
    return ResourceBody.of(links, guid, createdAt, updatedAt)
        .put("name", name)
        .put("apps", apps)
        .put("services", services)
        .put("routes", routes)
        .put("domains", domains)
        .toMany("organizations", organizations)
        .link("self", "/v3/organization_quotas/%s", guid);
  }
}
