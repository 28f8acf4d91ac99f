package bellows.cloudcontroller.users;

import bellows.cloudcontroller.api.Caller;
import org.jdbi.v3.core.Handle;

/** The rows that roles refer to. */
public final class KnownUsers {
  private KnownUsers() {}

  /** Makes sure that the caller has a row. */
  public static void remember(Handle db, Caller caller) {
    remember(db, new UserDirectory.Entry(caller.guid(), caller.name(), "uaa"));
  }

  /** Makes sure that the user has a row with its present name. */
  public static void remember(Handle db, UserDirectory.Entry user) {
    db.createUpdate(
            """
            insert into users (guid, username, origin) values (:guid, :name, :origin)
            on conflict (guid) do update set username = excluded.username,
              origin = coalesce(users.origin, excluded.origin)\
            """)
        .bind("guid", user.guid())
        .bind("name", user.username())
        .bind("origin", user.origin())
        .execute();
  }
}
