package bellows.cloudcontroller.quotas;

import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.api.Where;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** The SQL of organization quotas. */
final class OrganizationQuotaStore {
  Page<OrganizationQuota> list(Handle db, Caller caller, ListQuery query) {
    Where where = Where.of(query, "q").in("q.name", query.values("names"));
    query
        .values("organization_guids")
        .ifPresent(guids ->
            where.and(
                "q.guid in (select quota_guid from organizations where guid = any(:%s))",
                guids.toArray(String[]::new)));
    return where
        .bind("caller", caller.guid())
        .page(db, select(caller), "from organization_quotas q", this::map);
  }

  Optional<OrganizationQuota> find(Handle db, Caller caller, String guid) {
    return db.createQuery(select(caller) + " from organization_quotas q where q.guid = :guid")
        .bind("caller", caller.guid())
        .bind("guid", guid)
        .map(this::map)
        .findOne();
  }

  /** A caller sees only its own orgs in a quota. */
  private static String select(Caller caller) {
    return """
    select q.*, (select coalesce(array_agg(o.guid order by o.created_at), '{}')
      from organizations o where o.quota_guid = q.guid and %s) as organization_guids
    """
        .formatted(caller.readsEverything() ? "true" : Permissions.visibleOrganization("o.guid"));
  }

  void insert(Handle db, String guid, String name, OrganizationQuota.Limits limits) {
    bind(
        db,
        """
        insert into organization_quotas (guid, name, total_memory_mb, per_process_memory_mb,
          total_instances, per_app_tasks, log_rate_bytes_per_second, paid_services_allowed,
          total_service_instances, total_service_keys, total_routes, total_reserved_ports,
          total_domains)
        values (:guid, :name, :memory, :processMemory, :instances, :tasks, :logRate, :paid,
          :serviceInstances, :serviceKeys, :routes, :ports, :domains)\
        """,
        guid,
        name,
        limits);
  }

  void update(Handle db, String guid, String name, OrganizationQuota.Limits limits) {
    bind(
        db,
        """
        update organization_quotas set name = :name, total_memory_mb = :memory,
          per_process_memory_mb = :processMemory, total_instances = :instances,
          per_app_tasks = :tasks, log_rate_bytes_per_second = :logRate,
          paid_services_allowed = :paid, total_service_instances = :serviceInstances,
          total_service_keys = :serviceKeys, total_routes = :routes,
          total_reserved_ports = :ports, total_domains = :domains, updated_at = now()
        where guid = :guid\
        """,
        guid,
        name,
        limits);
  }

  private static void bind(
      Handle db, String sql, String guid, String name, OrganizationQuota.Limits limits) {
    db.createUpdate(sql)
        .bind("guid", guid)
        .bind("name", name)
        .bind("memory", limits.totalMemoryMb())
        .bind("processMemory", limits.perProcessMemoryMb())
        .bind("instances", limits.totalInstances())
        .bind("tasks", limits.perAppTasks())
        .bind("logRate", limits.logRateBytesPerSecond())
        .bind("paid", limits.paidServicesAllowed())
        .bind("serviceInstances", limits.totalServiceInstances())
        .bind("serviceKeys", limits.totalServiceKeys())
        .bind("routes", limits.totalRoutes())
        .bind("ports", limits.totalReservedPorts())
        .bind("domains", limits.totalDomains())
        .execute();
  }

  /** The orgs among these that exist get this quota; returns how many these were. */
  int apply(Handle db, String guid, List<String> organizations) {
    return db.createUpdate(
            "update organizations set quota_guid = :guid, updated_at = now() where guid = any(:orgs)")
        .bind("guid", guid)
        .bind("orgs", organizations.toArray(String[]::new))
        .execute();
  }

  void delete(Handle db, String guid) {
    db.createUpdate("delete from organization_quotas where guid = :guid")
        .bind("guid", guid)
        .execute();
  }

  private OrganizationQuota map(ResultSet row, StatementContext context) throws SQLException {
    return new OrganizationQuota(
        row.getString("guid"),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"),
        row.getString("name"),
        new OrganizationQuota.Limits(
            number(row, "total_memory_mb"),
            number(row, "per_process_memory_mb"),
            number(row, "total_instances"),
            number(row, "per_app_tasks"),
            number(row, "log_rate_bytes_per_second"),
            row.getBoolean("paid_services_allowed"),
            number(row, "total_service_instances"),
            number(row, "total_service_keys"),
            number(row, "total_routes"),
            number(row, "total_reserved_ports"),
            number(row, "total_domains")),
        List.of((String[]) row.getArray("organization_guids").getArray()));
  }

  private static @Nullable Long number(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : value;
  }
}
