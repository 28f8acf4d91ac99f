package bellows.cloudcontroller.spaces;

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

/** The SQL of spaces. */
public final class SpaceStore {
  private static final ResourceTable<Space> SPACES =
      ResourceTable.of("spaces", "s", SpaceStore::space);

  Page<Space> list(Handle db, Caller caller, ListQuery query) {
    return SPACES.page(
        db,
        Where.of(query, "s")
            .in("s.name", query.values("names"))
            .in("s.organization_guid", query.values("organization_guids"))
            .visibleSpaces(caller, "s.guid"));
  }

  public Optional<Space> find(Handle db, String guid) {
    return SPACES.find(db, guid);
  }

  Optional<Space> findForUpdate(Handle db, String guid) {
    return SPACES.findForUpdate(db, guid);
  }

  /** Those of the guids that exist, by name. */
  public List<Space> findAll(Handle db, Collection<String> guids) {
    return SPACES.findAll(db, guids, "s.name, s.guid");
  }

  List<String> guidsIn(Handle db, String organizationGuid) {
    return db.createQuery("select guid from spaces where organization_guid = :organization")
        .bind("organization", organizationGuid)
        .mapTo(String.class)
        .list();
  }

  void insert(Handle db, String guid, String name, String organizationGuid, Metadata metadata) {
    db.createUpdate(
            """
            insert into spaces (guid, name, organization_guid, labels, annotations)
            values (:guid, :name, :organization, cast(:labels as jsonb),
              cast(:annotations as jsonb))\
            """)
        .bind("guid", guid)
        .bind("name", name)
        .bind("organization", organizationGuid)
        .bindMap(metadata.columns())
        .execute();
  }

  void update(Handle db, String guid, String name, boolean sshAllowed, Metadata metadata) {
    db.createUpdate(
            """
            update spaces set name = :name, ssh_allowed = :ssh, labels = cast(:labels as jsonb),
              annotations = cast(:annotations as jsonb), updated_at = now()
            where guid = :guid\
            """)
        .bind("guid", guid)
        .bind("name", name)
        .bind("ssh", sshAllowed)
        .bindMap(metadata.columns())
        .execute();
  }

  void delete(Handle db, String guid) {
    SPACES.delete(db, guid);
  }

  private static Space space(ResultSet row, StatementContext context) throws SQLException {
    return new Space(
        row.getString("guid"),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"),
        row.getString("name"),
        row.getString("organization_guid"),
        row.getBoolean("ssh_allowed"),
        Metadata.of(row));
  }
}
