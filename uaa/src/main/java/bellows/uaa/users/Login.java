package bellows.uaa.users;

import bellows.base.time.Scheduler;
import bellows.cmdb.Database;
import bellows.uaa.protocol.UaaError;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Checks a name and a password. An answer does not tell, by text or time, whether there is such a
 * user. Thread-safe.
 */
public final class Login {
  /** The CLI shows a message of its own for exactly this text. */
  static final String LOCKED =
      "Your account has been locked because of too many failed attempts to login.";

  /** Longer names cannot exist; they must not fill our table either. */
  private static final int MAX_NAME_LENGTH = 255;

  private final Database database;
  private final Scheduler scheduler;
  private final UserStore users;
  private final Passwords passwords;
  private final LoginFailures failures = new LoginFailures();

  public Login(Database database, Scheduler scheduler, UserStore users, Passwords passwords) {
    this.database = database;
    this.scheduler = scheduler;
    this.users = users;
    this.passwords = passwords;
  }

  /**
   * @throws UaaError when name and password do not match, or were wrong too often
   */
  public User check(String username, String origin, String password) {
    if (username.length() > MAX_NAME_LENGTH) {
      throw UaaError.Kind.UNAUTHORIZED.because("Bad credentials");
    }
    Optional<User> user =
        database.inTransaction(db -> {
          requireUnlocked(db, username);
          return users.findByName(db, username, origin).filter(User::active);
        });
    boolean matches = passwords.matches(password, user.map(User::passwordHash).orElse(null));
    database.useTransaction(db -> {
      // Others may have failed while we computed: however many guess at once, only the first
      // few learn whether they were right.
      failures.lock(db, username);
      requireUnlocked(db, username);
      if (matches) {
        failures.clear(db, username);
      } else {
        failures.add(db, username, scheduler.now());
      }
    });
    return user.filter(_ -> matches)
        .orElseThrow(() -> UaaError.Kind.UNAUTHORIZED.because("Bad credentials"));
  }

  private void requireUnlocked(Handle db, String username) {
    if (failures.locked(db, username, scheduler.now())) {
      throw UaaError.Kind.UNAUTHORIZED.because(LOCKED);
    }
  }

  /** Forgets failures that no longer count. */
  public void clean() {
    database.useTransaction(db -> failures.deleteOld(db, scheduler.now()));
  }
}
