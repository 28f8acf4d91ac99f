package bellows.cloudcontroller.buildpacks;

import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.ResourceTable;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.api.Where;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** The SQL of buildpacks. Positions are 1, 2, 3 ... without gaps. */
final class BuildpackStore {
  private static final ResourceTable<Buildpack> BUILDPACKS =
      ResourceTable.of("buildpacks", "b", BuildpackStore::buildpack);

  Page<Buildpack> list(Handle db, ListQuery query) {
    Where where =
        Where.of(query, "b")
            .defaultOrder("lifecycle", "position")
            .in("b.name", query.values("names"))
            .in("coalesce(b.stack, '')", query.values("stacks"))
            .in("b.lifecycle", query.values("lifecycle"));
    return BUILDPACKS.page(db, where);
  }

  Optional<Buildpack> find(Handle db, String guid) {
    return BUILDPACKS.find(db, guid);
  }

  Optional<Buildpack> findNamed(Handle db, String name) {
    return BUILDPACKS
        .query(db, "where b.name = :name order by b.position limit 1")
        .bind("name", name)
        .map(BuildpackStore::buildpack)
        .findOne();
  }

  boolean stackExists(Handle db, String name) {
    return db.createQuery("select exists (select 1 from stacks where name = :name)")
        .bind("name", name)
        .mapTo(Boolean.class)
        .one();
  }

  /** Two changes of the order come in turn. */
  void lockOrder(Handle db) {
    db.execute("lock table buildpacks in share row exclusive mode");
  }

  void insert(Handle db, Buildpack buildpack) {
    db.createUpdate(
            """
            insert into buildpacks (guid, name, stack, lifecycle, position, enabled, locked, labels,
              annotations)
            values (:guid, :name, :stack, :lifecycle, :position, :enabled, :locked,
              cast(:labels as jsonb), cast(:annotations as jsonb))\
            """)
        .bind("guid", buildpack.guid())
        .bind("name", buildpack.name())
        .bind("stack", buildpack.stack())
        .bind("lifecycle", buildpack.lifecycle())
        .bind("position", buildpack.position())
        .bind("enabled", buildpack.enabled())
        .bind("locked", buildpack.locked())
        .bindMap(buildpack.metadata().columns())
        .execute();
  }

  void update(Handle db, Buildpack buildpack) {
    db.createUpdate(
            """
            update buildpacks set name = :name, stack = :stack, enabled = :enabled,
              locked = :locked, labels = cast(:labels as jsonb),
              annotations = cast(:annotations as jsonb), updated_at = now()
            where guid = :guid\
            """)
        .bind("guid", buildpack.guid())
        .bind("name", buildpack.name())
        .bind("stack", buildpack.stack())
        .bind("enabled", buildpack.enabled())
        .bind("locked", buildpack.locked())
        .bindMap(buildpack.metadata().columns())
        .execute();
  }

  void setBits(Handle db, String guid, String filename, String sha256) {
    db.createUpdate(
            """
            update buildpacks set filename = :filename, sha256 = :sha256, updated_at = now()
            where guid = :guid\
            """)
        .bind("guid", guid)
        .bind("filename", filename)
        .bind("sha256", sha256)
        .execute();
  }

  void delete(Handle db, String guid) {
    BUILDPACKS.delete(db, guid);
    renumber(db, guidsInOrder(db));
  }

  /** Puts the buildpack at that position, or last when there are fewer. */
  void moveTo(Handle db, String guid, int position) {
    List<String> order = new ArrayList<>(guidsInOrder(db));
    order.remove(guid);
    order.add(Math.min(position - 1, order.size()), guid);
    renumber(db, order);
  }

  private static List<String> guidsInOrder(Handle db) {
    return db.createQuery("select guid from buildpacks order by position, created_at, guid")
        .mapTo(String.class)
        .list();
  }

  private static void renumber(Handle db, List<String> order) {
    db.createUpdate(
            """
            update buildpacks b set position = o.position
            from unnest(:order) with ordinality as o(guid, position)
            where o.guid = b.guid and o.position <> b.position\
            """)
        .bind("order", order.toArray(String[]::new))
        .execute();
  }

  private static Buildpack buildpack(ResultSet row, StatementContext context) throws SQLException {
    @Nullable String filename = row.getString("filename");
    return new Buildpack(
        row.getString("guid"),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"),
        row.getString("name"),
        row.getString("stack"),
        row.getString("lifecycle"),
        row.getInt("position"),
        row.getBoolean("enabled"),
        row.getBoolean("locked"),
        filename,
        row.getString("sha256"),
        Metadata.of(row));
  }
}
