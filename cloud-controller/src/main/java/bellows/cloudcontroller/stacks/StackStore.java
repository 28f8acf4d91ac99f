package bellows.cloudcontroller.stacks;

import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.api.Where;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** The SQL of stacks. */
final class StackStore {
  Page<Stack> list(Handle db, Where where) {
    return where.page(db, "select s.*", "from stacks s", this::map);
  }

  Optional<Stack> find(Handle db, String guid) {
    return db.createQuery("select * from stacks where guid = :guid")
        .bind("guid", guid)
        .map(this::map)
        .findOne();
  }

  boolean inUse(Handle db, String name) {
    return db.createQuery("select exists (select 1 from apps where stack = :name)")
        .bind("name", name)
        .mapTo(Boolean.class)
        .one();
  }

  void insert(
      Handle db,
      String guid,
      String name,
      @Nullable String description,
      boolean isDefault,
      Metadata metadata) {
    db.createUpdate(
            """
            insert into stacks (guid, name, description, is_default, labels, annotations)
            values (:guid, :name, :description, :default, cast(:labels as jsonb),
              cast(:annotations as jsonb))\
            """)
        .bind("guid", guid)
        .bind("name", name)
        .bind("description", description)
        .bind("default", isDefault)
        .bind("labels", metadata.labelsJson())
        .bind("annotations", metadata.annotationsJson())
        .execute();
  }

  void update(Handle db, String guid, Metadata metadata) {
    db.createUpdate(
            """
            update stacks set labels = cast(:labels as jsonb),
              annotations = cast(:annotations as jsonb), updated_at = now()
            where guid = :guid\
            """)
        .bind("guid", guid)
        .bind("labels", metadata.labelsJson())
        .bind("annotations", metadata.annotationsJson())
        .execute();
  }

  void delete(Handle db, String guid) {
    db.createUpdate("delete from stacks where guid = :guid").bind("guid", guid).execute();
  }

  private Stack map(ResultSet row, StatementContext context) throws SQLException {
    return new Stack(
        row.getString("guid"),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"),
        row.getString("name"),
        row.getString("description"),
        row.getBoolean("is_default"),
        Metadata.of(row));
  }
}
