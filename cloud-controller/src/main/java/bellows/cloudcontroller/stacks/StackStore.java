package bellows.cloudcontroller.stacks;

import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.ResourceTable;
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
  private static final ResourceTable<Stack> STACKS =
      ResourceTable.of("stacks", "s", StackStore::stack);

  Page<Stack> list(Handle db, Where where) {
    return STACKS.page(db, where);
  }

  Optional<Stack> find(Handle db, String guid) {
    return STACKS.find(db, guid);
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
        .bindMap(metadata.columns())
        .execute();
  }

  void setMetadata(Handle db, String guid, Metadata metadata) {
    STACKS.setMetadata(db, guid, metadata);
  }

  void delete(Handle db, String guid) {
    STACKS.delete(db, guid);
  }

  private static Stack stack(ResultSet row, StatementContext context) throws SQLException {
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
