package bellows.uaa.users;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** Tables {@code uaa_users} and {@code uaa_groups}. */
public final class UserStore {
  private static final String SELECT =
      """
      select u.*, array(select scope from uaa_groups g where g.user_id = u.id) as scopes
      from uaa_users u
      """;

  /**
   * Which users to list.
   *
   * @param where SQL over table {@code uaa_users u}; values only as {@code :names}
   */
  public record Selection(String where, Map<String, Object> values) {
    public Selection {
      values = Map.copyOf(values);
    }
  }

  public Optional<User> find(Handle db, String id) {
    return db.createQuery(SELECT + "where u.id = :id")
        .bind("id", id)
        .map((row, _) -> user(row))
        .findOne();
  }

  public Optional<User> findForUpdate(Handle db, String id) {
    return db.createQuery(SELECT + "where u.id = :id for update of u")
        .bind("id", id)
        .map((row, _) -> user(row))
        .findOne();
  }

  /** Names are the same in any case. */
  public Optional<User> findByName(Handle db, String username, String origin) {
    return db.createQuery(
            SELECT + "where lower(u.username) = lower(:username) and u.origin = :origin")
        .bind("username", username)
        .bind("origin", origin)
        .map((row, _) -> user(row))
        .findOne();
  }

  /** In the order of creation. */
  public List<User> list(Handle db, Selection selection, int offset, int limit) {
    return db.createQuery(
            SELECT
                + "where "
                + selection.where()
                + " order by u.created_at, u.id offset :offset limit :limit")
        .bindMap(selection.values())
        .bind("offset", offset)
        .bind("limit", limit)
        .map((row, _) -> user(row))
        .list();
  }

  public int count(Handle db, Selection selection) {
    return db.createQuery("select count(*) from uaa_users u where " + selection.where())
        .bindMap(selection.values())
        .mapTo(Integer.class)
        .one();
  }

  /** Fails with a violation of index {@code uaa_users_name} when the name is taken. */
  public void insert(Handle db, User user) {
    bind(
            db,
            """
            insert into uaa_users (id, username, origin, email, given_name, family_name,
              password_hash, active, version, token_generation, created_at, updated_at)
            values (:id, :username, :origin, :email, :givenName, :familyName,
              :passwordHash, :active, :version, :generation, :createdAt, :updatedAt)
            """,
            user)
        .execute();
    setScopes(db, user.id(), user.scopes());
  }

  /** Writes what may change; the version counts up. */
  public void update(Handle db, User user) {
    bind(
            db,
            """
            update uaa_users set username = :username, email = :email, given_name = :givenName,
              family_name = :familyName, password_hash = :passwordHash, active = :active,
              token_generation = :generation, updated_at = :updatedAt, version = version + 1
            where id = :id
            """,
            user)
        .execute();
  }

  public void delete(Handle db, String id) {
    db.createUpdate("delete from uaa_users where id = :id").bind("id", id).execute();
  }

  private static void setScopes(Handle db, String id, Set<String> scopes) {
    db.createUpdate(
            "insert into uaa_groups (user_id, scope) select :id, unnest(cast(:scopes as text[]))")
        .bind("id", id)
        .bind("scopes", scopes.toArray(String[]::new))
        .execute();
  }

  private static Update bind(Handle db, String sql, User user) {
    return db.createUpdate(sql)
        .bind("id", user.id())
        .bind("username", user.username())
        .bind("origin", user.origin())
        .bind("email", user.email())
        .bind("givenName", user.givenName())
        .bind("familyName", user.familyName())
        .bind("passwordHash", user.passwordHash())
        .bind("active", user.active())
        .bind("version", user.version())
        .bind("generation", user.tokenGeneration())
        .bind("createdAt", user.createdAt())
        .bind("updatedAt", user.updatedAt());
  }

  private static User user(ResultSet row) throws SQLException {
    return new User(
        row.getString("id"),
        row.getString("username"),
        row.getString("origin"),
        row.getString("email"),
        row.getString("given_name"),
        row.getString("family_name"),
        row.getString("password_hash"),
        row.getBoolean("active"),
        row.getInt("version"),
        row.getInt("token_generation"),
        Collections.unmodifiableSortedSet(
            new TreeSet<>(List.of((String[]) row.getArray("scopes").getArray()))),
        instant(row, "created_at"),
        instant(row, "updated_at"));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
