package bellows.cloudcontroller.services;

import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.ResourceTable;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.api.Where;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** The SQL of service instances. */
final class ServiceInstanceStore {
  private static final ResourceTable<ServiceInstance> INSTANCES =
      ResourceTable.of("service_instances", "i", ServiceInstanceStore::instance);

  Page<ServiceInstance> list(Handle db, Caller caller, ListQuery query) {
    Where where =
        Where.of(query, "i")
            .visibleSpaces(caller, "i.space_guid")
            .in("i.name", query.values("names"))
            .in("i.space_guid", query.values("space_guids"));
    query
        .values("organization_guids")
        .ifPresent(guids ->
            where.and(
                "i.space_guid in (select guid from spaces where organization_guid = any(:%s))",
                guids.toArray(String[]::new)));
    boolean otherType =
        query.values("type").filter(types -> !types.contains(ServiceInstance.TYPE)).isPresent();
    if (otherType
        || query.values("service_plan_guids").isPresent()
        || query.values("service_plan_names").isPresent()) {
      where.and("false");
    }
    return INSTANCES.page(db, where);
  }

  Optional<ServiceInstance> find(Handle db, String guid) {
    return INSTANCES.find(db, guid);
  }

  /** Locked until the transaction ends, so that no route is bound to what changes. */
  Optional<ServiceInstance> findForUpdate(Handle db, String guid) {
    return INSTANCES.findForUpdate(db, guid);
  }

  List<ServiceInstance> findAll(Handle db, Collection<String> guids) {
    return INSTANCES.findAll(db, guids, "i.created_at, i.guid");
  }

  void insert(Handle db, ServiceInstance instance) {
    db.createUpdate(
            """
            insert into service_instances (guid, name, space_guid, credentials_secret,
              syslog_drain_url, route_service_url, tags, labels, annotations)
            values (:guid, :name, :space, :credentials, :drain, :url, cast(:tags as jsonb),
              cast(:labels as jsonb), cast(:annotations as jsonb))\
            """)
        .bind("guid", instance.guid())
        .bind("name", instance.name())
        .bind("space", instance.spaceGuid())
        .bind("credentials", instance.credentials())
        .bind("drain", instance.syslogDrainUrl())
        .bind("url", instance.routeServiceUrl())
        .bind("tags", instance.tags())
        .bindMap(instance.metadata().columns())
        .execute();
  }

  void update(Handle db, ServiceInstance instance) {
    db.createUpdate(
            """
            update service_instances
            set name = :name, credentials_secret = :credentials, syslog_drain_url = :drain,
              route_service_url = :url, tags = cast(:tags as jsonb),
              labels = cast(:labels as jsonb), annotations = cast(:annotations as jsonb),
              updated_at = now()
            where guid = :guid\
            """)
        .bind("guid", instance.guid())
        .bind("name", instance.name())
        .bind("credentials", instance.credentials())
        .bind("drain", instance.syslogDrainUrl())
        .bind("url", instance.routeServiceUrl())
        .bind("tags", instance.tags())
        .bindMap(instance.metadata().columns())
        .execute();
  }

  /** Its bindings go with it. */
  void delete(Handle db, String guid) {
    INSTANCES.delete(db, guid);
  }

  private static ServiceInstance instance(ResultSet row, StatementContext context)
      throws SQLException {
    return new ServiceInstance(
        row.getString("guid"),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"),
        row.getString("name"),
        row.getString("space_guid"),
        row.getBytes("credentials_secret"),
        row.getString("syslog_drain_url"),
        row.getString("route_service_url"),
        row.getString("tags"),
        Metadata.of(row));
  }
}
