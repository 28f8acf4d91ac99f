package bellows.uaa.users;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jdbi.v3.core.Handle;

/**
 * Table {@code uaa_login_failures}: after {@link #LIMIT} failures a name is locked until {@link
 * #LOCKED_FOR} after the last of them. Failures that far apart are not counted together.
 */
final class LoginFailures {
  static final int LIMIT = 5;
  static final Duration LOCKED_FOR = Duration.ofMinutes(5);

  /** Until the transaction ends nobody else counts for this name; it may have no row yet. */
  void lock(Handle db, String username) {
    db.createQuery("select pg_advisory_xact_lock(hashtextextended('login ' || :username, 0))")
        .bind("username", key(username))
        .mapTo(String.class)
        .one();
  }

  boolean locked(Handle db, String username, Instant now) {
    return db.createQuery(
            """
            select exists (select from uaa_login_failures
              where username = :username and failures >= :limit and last_failure > :since)
            """)
        .bind("username", key(username))
        .bind("limit", LIMIT)
        .bind("since", now.minus(LOCKED_FOR))
        .mapTo(Boolean.class)
        .one();
  }

  void add(Handle db, String username, Instant now) {
    db.createUpdate(
            """
            insert into uaa_login_failures as f (username, failures, last_failure)
            values (:username, 1, :now)
            on conflict (username) do update set
              failures = case when f.last_failure > :since then f.failures + 1 else 1 end,
              last_failure = excluded.last_failure
            """)
        .bind("username", key(username))
        .bind("now", now)
        .bind("since", now.minus(LOCKED_FOR))
        .execute();
  }

  void clear(Handle db, String username) {
    db.createUpdate("delete from uaa_login_failures where username = :username")
        .bind("username", key(username))
        .execute();
  }

  void deleteOld(Handle db, Instant now) {
    db.createUpdate("delete from uaa_login_failures where last_failure <= :since")
        .bind("since", now.minus(LOCKED_FOR))
        .execute();
  }

  private static String key(String username) {
    return username.toLowerCase(Locale.ROOT);
  }
}
