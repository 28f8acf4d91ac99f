package bellows.cloudcontroller.deployments;

import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.ResourceTable;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.api.Where;
import bellows.cloudcontroller.deployments.Deployment.Reason;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The rows of deployments. */
final class DeploymentStore {
  static final ListSpec LIST =
      ListSpec.of("app_guids", "states", "status_values", "status_reasons").labelled();

  private static final ResourceTable<Deployment> DEPLOYMENTS =
      new ResourceTable<>(
          "deployments",
          "d",
          """
          select d.*, a.space_guid,
            cast(extract(epoch from now() - d.updated_at) as bigint) as idle_seconds\
          """,
          "from deployments d join apps a on a.guid = d.app_guid",
          (row, _) -> deployment(row));

  Optional<Deployment> find(Handle db, String guid) {
    return DEPLOYMENTS.find(db, guid);
  }

  /** As {@link #find}; nobody else changes it until the transaction ends. */
  Optional<Deployment> findForUpdate(Handle db, String guid) {
    return DEPLOYMENTS.findForUpdate(db, guid);
  }

  Optional<Deployment> activeOf(Handle db, String app) {
    return DEPLOYMENTS
        .query(db, "where d.app_guid = :app and d.status_value = 'ACTIVE' for update of d")
        .bind("app", app)
        .map((row, _) -> deployment(row))
        .findOne();
  }

  List<Deployment> active(Handle db) {
    return DEPLOYMENTS
        .query(db, "where d.status_value = 'ACTIVE' order by d.created_at")
        .map((row, _) -> deployment(row))
        .list();
  }

  Page<Deployment> page(Handle db, ListQuery query, Caller caller) {
    Where where =
        Where.of(query, "d")
            .in("d.app_guid", query.values("app_guids"))
            .in("d.state", query.values("states"))
            .in("d.status_value", query.values("status_values"))
            .in("d.status_reason", query.values("status_reasons"))
            .visibleSpaces(caller, "a.space_guid");
    return DEPLOYMENTS.page(db, where);
  }

  /**
   * @param newProcess null when nothing has to grow
   */
  void insert(
      Handle db,
      String guid,
      String app,
      Reason reason,
      int maxInFlight,
      String droplet,
      @Nullable String previousDroplet,
      @Nullable String newProcess,
      int instances,
      Metadata metadata) {
    db.createUpdate(
            """
            insert into deployments (guid, app_guid, state, status_value, status_reason,
              max_in_flight, droplet_guid, previous_droplet_guid, new_process_guid,
              original_instances, labels, annotations)
            values (:guid, :app, :reason, :value, :reason, :maxInFlight, :droplet, :previous,
              :process, :instances, cast(:labels as jsonb), cast(:annotations as jsonb))\
            """)
        .bind("guid", guid)
        .bind("app", app)
        .bind("reason", reason.name())
        .bind("value", reason.value())
        .bind("maxInFlight", maxInFlight)
        .bind("droplet", droplet)
        .bind("previous", previousDroplet)
        .bind("process", newProcess)
        .bind("instances", instances)
        .bindMap(metadata.columns())
        .execute();
  }

  void setReason(Handle db, String guid, Reason reason, @Nullable String error) {
    db.createUpdate(
            """
            update deployments
            set state = :reason, status_value = :value, status_reason = :reason,
                error = coalesce(:error, error), last_status_change = now(), updated_at = now()
            where guid = :guid\
            """)
        .bind("guid", guid)
        .bind("reason", reason.name())
        .bind("value", reason.value())
        .bind("error", error)
        .execute();
  }

  /** A step was made: instances came up, more were asked for. */
  void touch(Handle db, String guid) {
    db.createUpdate(
            "update deployments set last_healthy_at = now(), updated_at = now() where guid = :guid")
        .bind("guid", guid)
        .execute();
  }

  /** Not a step of the deployment, so {@code updated_at}, from which idle time counts, stays. */
  void setMetadata(Handle db, String guid, Metadata metadata) {
    db.createUpdate(
            """
            update deployments
            set labels = cast(:labels as jsonb), annotations = cast(:annotations as jsonb)
            where guid = :guid\
            """)
        .bind("guid", guid)
        .bindMap(metadata.columns())
        .execute();
  }

  private static Deployment deployment(ResultSet row) throws SQLException {
    return new Deployment(
        row.getString("guid"),
        row.getString("app_guid"),
        row.getString("space_guid"),
        Reason.valueOf(row.getString("status_reason")),
        row.getInt("max_in_flight"),
        row.getString("droplet_guid"),
        row.getString("previous_droplet_guid"),
        row.getString("new_process_guid"),
        row.getInt("original_instances"),
        row.getString("error"),
        Metadata.of(row),
        Timestamps.column(row, "last_status_change"),
        Timestamps.nullableColumn(row, "last_healthy_at"),
        row.getLong("idle_seconds"),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"));
  }
}
