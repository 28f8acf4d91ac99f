package bellows.cloudcontroller.placements;

import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.PlacementId;
import bellows.contracts.ids.ProcessGuid;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The placement rows, and what is desired of them. */
final class PlacementStore {
  /** Any number of our own: two controllers must not place at once. */
  private static final long PLACING = 0x62656c6c6f7773L;

  private static final String SELECT =
      """
      select pl.id, p.app_guid, pl.process_guid, pl.instance_index, pl.host, pl.address, pl.port,
             pl.version, pl.memory_mb, pl.disk_mb
      from placements pl join processes p on p.guid = pl.process_guid
      """;

  /** Waits until no other transaction places; held until the end of this one. */
  void lockPlacing(Handle db) {
    db.createQuery("select pg_advisory_xact_lock(:key)::text as locked")
        .bind("key", PLACING)
        .mapTo(String.class)
        .list();
  }

  /** All processes that must run. */
  List<DesiredProcess> desired(Handle db) {
    return db.createQuery(
            """
            select a.guid as app_guid, p.guid, p.version, p.droplet_guid,
                   coalesce(d.stack, a.stack) as stack, p.instances, p.memory_mb, p.disk_mb
            from processes p
              join apps a on a.guid = p.app_guid
              join droplets d on d.guid = p.droplet_guid
            where a.desired_state = 'STARTED' and not a.deleting and p.instances > 0
            order by p.created_at, p.guid\
            """)
        .map((row, _) ->
            new DesiredProcess(
                new AppGuid(row.getString("app_guid")),
                new ProcessGuid(row.getString("guid")),
                new AppVersion(row.getString("version")),
                row.getString("droplet_guid"),
                row.getString("stack"),
                row.getInt("instances"),
                row.getInt("memory_mb"),
                row.getInt("disk_mb")))
        .list();
  }

  List<Placement> all(Handle db) {
    return db.createQuery(SELECT + " order by pl.process_guid, pl.instance_index")
        .map((row, _) -> placement(row))
        .list();
  }

  Optional<Placement> find(Handle db, ProcessGuid process, int index) {
    return db.createQuery(
            SELECT + " where pl.process_guid = :process and pl.instance_index = :index")
        .bind("process", process.value())
        .bind("index", index)
        .map((row, _) -> placement(row))
        .findOne();
  }

  /** Whether the process must run, and has that many instances; see {@link #desired}. */
  boolean wants(Handle db, ProcessGuid process, int index) {
    return db.createQuery(
            """
            select exists (
              select 1 from processes p join apps a on a.guid = p.app_guid
              where p.guid = :guid and p.instances > :index and p.droplet_guid is not null
                and a.desired_state = 'STARTED' and not a.deleting)\
            """)
        .bind("guid", process.value())
        .bind("index", index)
        .mapTo(Boolean.class)
        .one();
  }

  void insert(Handle db, Placement placement, String droplet) {
    db.createUpdate(
            """
            insert into placements (id, process_guid, instance_index, host, address, port, version,
                                    droplet_guid, memory_mb, disk_mb)
            values (:id, :process, :index, :host, :address, :port, :version, :droplet, :memory,
                    :disk)\
            """)
        .bind("id", placement.id().value())
        .bind("process", placement.process().value())
        .bind("index", placement.index())
        .bind("host", placement.host())
        .bind("address", placement.address())
        .bind("port", placement.port())
        .bind("version", placement.version().value())
        .bind("droplet", droplet)
        .bind("memory", placement.memoryMb())
        .bind("disk", placement.diskMb())
        .execute();
  }

  Optional<Placement> find(Handle db, String id) {
    return db.createQuery(SELECT + " where pl.id = :id")
        .bind("id", id)
        .map((row, _) -> placement(row))
        .findOne();
  }

  /**
   * All of these apps.
   *
   * @param all true means every app, whatever {@code apps} says
   */
  List<Placement> of(Handle db, boolean all, Collection<String> apps) {
    return db.createQuery(SELECT + " where :all or p.app_guid = any(:apps)")
        .bind("all", all)
        .bind("apps", apps.toArray(String[]::new))
        .map((row, _) -> placement(row))
        .list();
  }

  /** Gives it address and port on its host. */
  void settle(Handle db, Placement placement) {
    db.createUpdate("update placements set address = :address, port = :port where id = :id")
        .bind("address", placement.address())
        .bind("port", placement.port())
        .bind("id", placement.id().value())
        .execute();
  }

  /** Moves it; address and port follow in the next round. */
  void move(Handle db, PlacementId id, String host) {
    db.createUpdate("update placements set host = :host where id = :id")
        .bind("host", host)
        .bind("id", id.value())
        .execute();
  }

  /**
   * One more of a process, at the given or the lowest free index; address and port follow in the
   * next round.
   *
   * @return its id
   */
  PlacementId add(Handle db, ProcessGuid process, String host, @Nullable Integer index) {
    return db.createQuery(
            """
            insert into placements (process_guid, host, instance_index)
            values (:process, :host, :index) returning id\
            """)
        .bind("process", process.value())
        .bind("host", host)
        .bind("index", index)
        .map((row, _) -> new PlacementId(row.getString("id")))
        .one();
  }

  void delete(Handle db, Collection<PlacementId> ids) {
    db.createUpdate("delete from placements where id = any(:ids)")
        .bind("ids", ids.stream().map(PlacementId::value).toArray(String[]::new))
        .execute();
  }

  private static Placement placement(ResultSet row) throws SQLException {
    return new Placement(
        new PlacementId(row.getString("id")),
        new AppGuid(row.getString("app_guid")),
        new ProcessGuid(row.getString("process_guid")),
        row.getInt("instance_index"),
        row.getString("host"),
        row.getString("address"),
        row.getInt("port"),
        new AppVersion(row.getString("version")),
        row.getInt("memory_mb"),
        row.getInt("disk_mb"));
  }
}
