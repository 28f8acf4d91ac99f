package bellows.cloudcontroller.users;

import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
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
import org.jspecify.annotations.Nullable;

/** The SQL of users. */
public final class UserStore {
  private static final ResourceTable<User> USERS = ResourceTable.of("users", "u", UserStore::user);

  /** Oneself, and who has a role in an org or space that one sees. */
  private static final String VISIBLE =
      """
      u.guid = :caller or exists (
        select 1 from roles r where r.user_guid = u.guid and (%s or %s))\
      """
          .formatted(
              Permissions.visibleOrganization("r.organization_guid"),
              Permissions.visibleSpace("r.space_guid"));

  Page<User> list(Handle db, Caller caller, ListQuery query) {
    Where where =
        Where.of(query, "u")
            .in("u.origin", query.values("origins"))
            .in("u.username", query.values("usernames"));
    query
        .values("partial_usernames")
        .ifPresent(parts ->
            where.and(
                "exists (select 1 from unnest(:%s) part where strpos(u.username, part) > 0)",
                parts.toArray(String[]::new)));
    if (!caller.readsEverything()) {
      where.and(VISIBLE).bind("caller", caller.guid());
    }
    return USERS.page(db, where);
  }

  public Optional<User> find(Handle db, String guid) {
    return USERS.find(db, guid);
  }

  Optional<User> findVisible(Handle db, Caller caller, String guid) {
    String visible = caller.readsEverything() ? "true" : VISIBLE;
    return USERS
        .query(db, "where u.guid = :guid and (:caller <> '' and (" + visible + "))")
        .bind("guid", guid)
        .bind("caller", caller.guid())
        .map(UserStore::user)
        .findOne();
  }

  /** Those of the guids that exist, by name. */
  public List<User> findAll(Handle db, Collection<String> guids) {
    return USERS.findAll(db, guids, "u.username, u.guid");
  }

  void insert(
      Handle db,
      String guid,
      @Nullable String username,
      @Nullable String origin,
      Metadata metadata) {
    db.createUpdate(
            """
            insert into users (guid, username, origin, labels, annotations)
            values (:guid, :username, :origin, cast(:labels as jsonb),
              cast(:annotations as jsonb))\
            """)
        .bind("guid", guid)
        .bind("username", username)
        .bind("origin", origin)
        .bindMap(metadata.columns())
        .execute();
  }

  void setMetadata(Handle db, String guid, Metadata metadata) {
    USERS.setMetadata(db, guid, metadata);
  }

  void delete(Handle db, String guid) {
    USERS.delete(db, guid);
  }

  private static User user(ResultSet row, StatementContext context) throws SQLException {
    return new User(
        row.getString("guid"),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"),
        row.getString("username"),
        row.getString("origin"),
        Metadata.of(row));
  }
}
