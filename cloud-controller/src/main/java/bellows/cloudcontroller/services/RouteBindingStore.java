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
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** The SQL of route bindings. */
final class RouteBindingStore {
  private static final ResourceTable<RouteBinding> BINDINGS =
      new ResourceTable<>(
          "service_route_bindings",
          "b",
          "select b.*, i.space_guid, i.route_service_url",
          "from service_route_bindings b join service_instances i on i.guid = b.instance_guid",
          RouteBindingStore::binding);

  Page<RouteBinding> list(Handle db, Caller caller, ListQuery query) {
    return BINDINGS.page(
        db,
        Where.of(query, "b")
            .visibleSpaces(caller, "i.space_guid")
            .in("b.route_guid", query.values("route_guids"))
            .in("b.instance_guid", query.values("service_instance_guids"))
            .in("i.name", query.values("service_instance_names")));
  }

  Optional<RouteBinding> find(Handle db, String guid) {
    return BINDINGS.find(db, guid);
  }

  /** Nobody else changes it until the transaction ends. */
  Optional<RouteBinding> findForUpdate(Handle db, String guid) {
    return BINDINGS.findForUpdate(db, guid);
  }

  Optional<RouteBinding> ofRoute(Handle db, String routeGuid) {
    return BINDINGS
        .query(db, "where b.route_guid = :route")
        .bind("route", routeGuid)
        .map(RouteBindingStore::binding)
        .findOne();
  }

  List<RouteBinding> ofInstance(Handle db, String instanceGuid) {
    return BINDINGS
        .query(db, "where b.instance_guid = :instance order by b.guid")
        .bind("instance", instanceGuid)
        .map(RouteBindingStore::binding)
        .list();
  }

  void insert(Handle db, String guid, String instance, String route, Metadata metadata) {
    db.createUpdate(
            """
            insert into service_route_bindings (guid, instance_guid, route_guid, labels, annotations)
            values (:guid, :instance, :route, cast(:labels as jsonb), cast(:annotations as jsonb))\
            """)
        .bind("guid", guid)
        .bind("instance", instance)
        .bind("route", route)
        .bindMap(metadata.columns())
        .execute();
  }

  void setMetadata(Handle db, String guid, Metadata metadata) {
    BINDINGS.setMetadata(db, guid, metadata);
  }

  void delete(Handle db, String guid) {
    BINDINGS.delete(db, guid);
  }

  private static RouteBinding binding(ResultSet row, StatementContext context) throws SQLException {
    return new RouteBinding(
        row.getString("guid"),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"),
        row.getString("instance_guid"),
        row.getString("route_guid"),
        row.getString("space_guid"),
        row.getString("route_service_url"),
        Metadata.of(row));
  }
}
