package bellows.uaa.scim;

import bellows.base.ids.Ids;
import bellows.base.time.Scheduler;
import bellows.cmdb.Database;
import bellows.uaa.protocol.UaaError;
import bellows.uaa.tokens.TokenStore;
import bellows.uaa.users.Passwords;
import bellows.uaa.users.User;
import bellows.uaa.users.UserStore;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/** Makes, changes and removes users; each call is one transaction. */
public final class UserAccounts {
  private static final int MAX_NAME_LENGTH = 255;

  private final Database database;
  private final Scheduler scheduler;
  private final UserStore users;
  private final Passwords passwords;
  private final TokenStore tokens;

  public UserAccounts(
      Database database,
      Scheduler scheduler,
      UserStore users,
      Passwords passwords,
      TokenStore tokens) {
    this.database = database;
    this.scheduler = scheduler;
    this.users = users;
    this.passwords = passwords;
    this.tokens = tokens;
  }

  /** A user of our own with nothing but a name and a password. */
  public User create(String username, String password, Set<String> scopes) {
    return create(username, User.OUR_ORIGIN, username, username, username, password, scopes);
  }

  User create(
      String username,
      String origin,
      String email,
      String givenName,
      String familyName,
      @Nullable String password,
      Set<String> scopes) {
    requireName(username);
    String hash = password == null ? null : passwords.hash(password);
    Instant now = now();
    User user =
        new User(
            Ids.uuid(),
            username,
            origin,
            email,
            givenName,
            familyName,
            hash,
            true,
            0,
            0,
            new TreeSet<>(scopes),
            now,
            now);
    try {
      database.useTransaction(db -> users.insert(db, user));
    } catch (JdbiException e) {
      throw nameTaken(e, username);
    }
    return user;
  }

  /**
   * @param version the one that the caller has seen, if it says so
   */
  User change(
      String id,
      OptionalInt version,
      String username,
      String email,
      String givenName,
      String familyName,
      boolean active) {
    requireName(username);
    try {
      return database.inTransaction(db -> {
        User old = users.findForUpdate(db, id).orElseThrow(() -> notFound(id));
        if (version.isPresent() && version.getAsInt() != old.version()) {
          throw UaaError.Kind.SCIM_RESOURCE_CONFLICT.because(
              "Attempt to update a user resource with wrong version: expected="
                  + old.version()
                  + " but found="
                  + version.getAsInt());
        }
        users.update(
            db,
            new User(
                id,
                username,
                old.origin(),
                email,
                givenName,
                familyName,
                old.passwordHash(),
                active,
                old.version(),
                old.tokenGeneration(),
                old.scopes(),
                old.createdAt(),
                now()));
        return users.find(db, id).orElseThrow(() -> notFound(id));
      });
    } catch (JdbiException e) {
      throw nameTaken(e, username);
    }
  }

  /** Ends all sessions and tokens of the user, too: whoever knew the old password is out. */
  void changePassword(String id, String password) {
    String hash = passwords.hash(password);
    database.useTransaction(db -> {
      User old = users.findForUpdate(db, id).orElseThrow(() -> notFound(id));
      users.update(
          db,
          new User(
              id,
              old.username(),
              old.origin(),
              old.email(),
              old.givenName(),
              old.familyName(),
              hash,
              old.active(),
              old.version(),
              old.tokenGeneration() + 1,
              old.scopes(),
              old.createdAt(),
              now()));
      tokens.revokeRefreshTokens(db, id);
    });
  }

  User delete(String id) {
    return database.inTransaction(db -> {
      User user = users.findForUpdate(db, id).orElseThrow(() -> notFound(id));
      users.delete(db, id);
      return user;
    });
  }

  User require(String id) {
    return database.inTransaction(db -> users.find(db, id)).orElseThrow(() -> notFound(id));
  }

  /** As precise as the database keeps it. */
  private Instant now() {
    return scheduler.now().truncatedTo(ChronoUnit.MICROS);
  }

  private static void requireName(String username) {
    if (username.isBlank()
        || username.length() > MAX_NAME_LENGTH
        || username.chars().anyMatch(Character::isISOControl)) {
      throw UaaError.Kind.INVALID_SCIM_RESOURCE.because(
          "A username must be provided, of at most %d characters".formatted(MAX_NAME_LENGTH));
    }
  }

  private static RuntimeException nameTaken(JdbiException failure, String username) {
    return Database.uniqueViolation(failure).filter("uaa_users_name"::equals).isPresent()
        ? UaaError.Kind.SCIM_RESOURCE_ALREADY_EXISTS.because("Username already in use: " + username)
        : failure;
  }

  private static UaaError notFound(String id) {
    return UaaError.Kind.SCIM_RESOURCE_NOT_FOUND.because("User " + id + " does not exist");
  }
}
