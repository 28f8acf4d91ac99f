package bellows.uaa.keys;

import bellows.base.time.Scheduler;
import bellows.cmdb.Database;
import bellows.cmdb.SecretBox;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The keys in use: the newest signs, the one before it is still good to check with. Thread-safe;
 * readers see a snapshot.
 */
public final class SigningKeys {
  /** Whoever sends us made-up key ids must not make us ask the database each time. */
  private static final Duration AT_MOST_EVERY = Duration.ofSeconds(1);

  private final Database database;
  private final Scheduler scheduler;
  private final KeyStore store;
  private volatile Snapshot snapshot = new Snapshot(List.of(), Instant.MIN);

  private record Snapshot(List<SigningKey> keys, Instant loadedAt) {}

  public SigningKeys(Database database, SecretBox secrets, Scheduler scheduler) {
    this.database = database;
    this.scheduler = scheduler;
    this.store = new KeyStore(secrets);
  }

  /** Reads the keys; makes the first one when there is none. */
  public void load() {
    snapshot =
        new Snapshot(
            database.inTransaction(db -> {
              if (store.active(db).isEmpty()) {
                store.lock(db);
                if (store.active(db).isEmpty()) {
                  store.add(db, scheduler.now());
                }
              }
              return store.active(db);
            }),
            scheduler.now());
  }

  /** Signs with a new key from now on. Tokens of the key before stay good, older ones do not. */
  public void rotate() {
    database.useTransaction(db -> {
      store.lock(db);
      store.add(db, scheduler.now());
    });
    load();
  }

  /** The one to sign with. */
  public SigningKey current() {
    return snapshot.keys().getFirst();
  }

  /** All that tokens may be signed with; the newest first. */
  List<SigningKey> all() {
    return snapshot.keys();
  }

  /** Looks into the database too, since another process may have made a new key. */
  public Optional<SigningKey> find(String kid) {
    Optional<SigningKey> known = known(kid);
    if (known.isEmpty() && snapshot.loadedAt().plus(AT_MOST_EVERY).isBefore(scheduler.now())) {
      load();
      return known(kid);
    }
    return known;
  }

  private Optional<SigningKey> known(String kid) {
    return snapshot.keys().stream().filter(key -> key.kid().equals(kid)).findFirst();
  }
}
