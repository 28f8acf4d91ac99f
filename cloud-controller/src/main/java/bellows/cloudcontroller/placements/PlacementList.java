package bellows.cloudcontroller.placements;

import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.ResourceBody;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.api.Where;
import bellows.contracts.dea.DeaHeartbeat;
import bellows.contracts.ids.PlacementId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Placements as our own API shows them: the row, and what its host says of it. */
final class PlacementList {
  private static final String SELECT = "select pl.*";

  /** With the columns that lists go by. */
  private static final String FROM =
      """
      from (select pl.id as guid, pl.*, p.app_guid, p.type, a.space_guid
            from placements pl
              join processes p on p.guid = pl.process_guid
              join apps a on a.guid = p.app_guid) pl\
      """;

  private final PlacementReconciler reconciler;

  PlacementList(PlacementReconciler reconciler) {
    this.reconciler = reconciler;
  }

  /**
   * @param version how often the row was written
   */
  record Row(
      String guid,
      String app,
      String process,
      String type,
      int index,
      String host,
      String address,
      int port,
      String droplet,
      int memoryMb,
      int diskMb,
      long version,
      Instant createdAt,
      Instant updatedAt) {}

  Page<Row> page(Handle db, ListQuery query, Caller caller) {
    return Where.of(query, "pl")
        .in("pl.app_guid", query.values("app_guids"))
        .in("pl.process_guid", query.values("process_guids"))
        .in("pl.host", query.values("hosts"))
        .visibleSpaces(caller, "pl.space_guid")
        .defaultOrder("app_guid", "type", "instance_index")
        .page(db, SELECT, FROM, (row, _) -> row(row));
  }

  Row find(Handle db, String guid) {
    return db.createQuery(SELECT + " " + FROM + " where pl.guid = :guid")
        .bind("guid", guid)
        .map((row, _) -> row(row))
        .one();
  }

  ResourceBody body(Row row, Links links) {
    Optional<DeaHeartbeat.Instance> instance =
        reconciler.reported(row.host(), new PlacementId(row.guid()));
    return ResourceBody.of(links, row.guid(), row.createdAt(), row.updatedAt())
        .put("version", row.version())
        .put("process_type", row.type())
        .put("index", row.index())
        .put("host", row.host())
        .put("address", row.address().isEmpty() ? null : row.address())
        .put("port", row.port() > 0 ? row.port() : null)
        .put("state", instance.map(each -> each.state().name()).orElse("DOWN"))
        .put("asleep", instance.map(DeaHeartbeat.Instance::asleep).orElse(false))
        .put("droplet_guid", row.droplet())
        .put("memory_in_mb", row.memoryMb())
        .put("disk_in_mb", row.diskMb())
        .toOne("app", row.app())
        .toOne("process", row.process())
        .link("self", "/bellows/v1/placements/%s", row.guid())
        .link("app", "/v3/apps/%s", row.app())
        .link("process", "/v3/processes/%s", row.process());
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getString("guid"),
        row.getString("app_guid"),
        row.getString("process_guid"),
        row.getString("type"),
        row.getInt("instance_index"),
        row.getString("host"),
        row.getString("address"),
        row.getInt("port"),
        row.getString("droplet_guid"),
        row.getInt("memory_mb"),
        row.getInt("disk_mb"),
        row.getLong("generation"),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"));
  }
}
