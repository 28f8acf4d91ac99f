package bellows.uaa;

import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.cmdb.Database;
import bellows.cmdb.SecretBox;
import bellows.http.Route;
import bellows.uaa.clients.Client;
import bellows.uaa.clients.ClientStore;
import bellows.uaa.clients.DefaultClients;
import bellows.uaa.discovery.DiscoveryHandler;
import bellows.uaa.grants.TokenHandler;
import bellows.uaa.keys.KeysHandler;
import bellows.uaa.keys.SigningKeys;
import bellows.uaa.protocol.UaaError;
import bellows.uaa.protocol.UaaErrors;
import bellows.uaa.scim.UserAccounts;
import bellows.uaa.scim.UsersHandler;
import bellows.uaa.tokens.AccessTokens;
import bellows.uaa.tokens.RevocationHandler;
import bellows.uaa.tokens.TokenChecks;
import bellows.uaa.tokens.TokenStore;
import bellows.uaa.users.Login;
import bellows.uaa.users.Passwords;
import bellows.uaa.users.Scopes;
import bellows.uaa.users.User;
import bellows.uaa.users.UserStore;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Users, clients and tokens behind the HTTP interface of Cloud Foundry's UAA. Several processes may
 * run one each on the same database. Thread-safe.
 */
public final class Uaa implements Component {
  private static final Logger log = LoggerFactory.getLogger(Uaa.class);

  /** How late a process signs with a key that another process made; checking is never late. */
  private static final Duration RELOAD_EVERY = Duration.ofSeconds(30);

  private static final Duration CLEAN_EVERY = Duration.ofMinutes(1);

  private final Config config;
  private final Database database;
  private final Scheduler scheduler;
  private final SigningKeys keys;
  private final UserStore users = new UserStore();
  private final ClientStore clients = new ClientStore();
  private final TokenStore store = new TokenStore();
  private final Passwords passwords = new Passwords();
  private final Login login;
  private final UserAccounts accounts;
  private final List<Scheduler.Timer> timers = new ArrayList<>();

  /**
   * @param issuer claim {@code iss} of every token: {@code <uaa>/oauth/token}; who checks tokens
   *     must be given the same text
   * @param accessTokenValid of tokens for the default clients
   * @param refreshTokenValid of sessions of the default clients
   */
  public record Config(String issuer, Duration accessTokenValid, Duration refreshTokenValid) {
    public static final Duration DEFAULT_ACCESS_TOKEN_VALID = Duration.ofMinutes(20);
    public static final Duration DEFAULT_REFRESH_TOKEN_VALID = Duration.ofDays(30);

    public Config {
      if (!URI.create(issuer).isAbsolute()) {
        throw new IllegalArgumentException("uaa.issuer must be an absolute URL: " + issuer);
      }
      // The CLI refreshes a token that has less than a minute left, before each call.
      if (accessTokenValid.compareTo(Duration.ofMinutes(2)) < 0) {
        throw new IllegalArgumentException(
            "uaa.access_token_valid must be at least 2m: " + accessTokenValid);
      }
      if (refreshTokenValid.compareTo(accessTokenValid) < 0) {
        throw new IllegalArgumentException(
            "uaa.refresh_token_valid must not be below uaa.access_token_valid: "
                + refreshTokenValid);
      }
    }

    public Config(String issuer) {
      this(issuer, DEFAULT_ACCESS_TOKEN_VALID, DEFAULT_REFRESH_TOKEN_VALID);
    }
  }

  public Uaa(Config config, Database database, SecretBox secrets, Scheduler scheduler) {
    this.config = config;
    this.database = database;
    this.scheduler = scheduler;
    this.keys = new SigningKeys(database, secrets, scheduler);
    this.login = new Login(database, scheduler, users, passwords);
    this.accounts = new UserAccounts(database, scheduler, users, passwords, store);
  }

  /** The database must be started. */
  @Override
  public synchronized void start() {
    if (!timers.isEmpty()) {
      return;
    }
    keys.load();
    database.useTransaction(db ->
        DefaultClients.all(config.accessTokenValid(), config.refreshTokenValid())
            .forEach(client -> clients.insertUnlessThere(db, client)));
    timers.add(scheduler.every(RELOAD_EVERY, keys::load));
    timers.add(scheduler.every(CLEAN_EVERY, this::clean));
  }

  @Override
  public synchronized void close() {
    timers.forEach(Scheduler.Timer::close);
    timers.clear();
  }

  /** They serve once {@link #start} has returned. */
  public List<Route> routes() {
    AccessTokens tokens = new AccessTokens(config.issuer(), keys, scheduler);
    TokenChecks checks = new TokenChecks(database, tokens, store, users);
    List<Route> routes = new ArrayList<>();
    routes.addAll(new DiscoveryHandler(config.issuer()).routes());
    routes.addAll(new KeysHandler(keys).routes());
    routes.addAll(
        new TokenHandler(
                database, scheduler, clients, users, passwords, login, tokens, store, checks)
            .routes());
    routes.addAll(new RevocationHandler(database, scheduler, store, checks).routes());
    routes.addAll(new UsersHandler(database, users, accounts, login, checks).routes());
    return UaaErrors.answering(routes);
  }

  /**
   * Makes the platform's administrator, unless there is a user of this name; then nothing changes,
   * the password neither.
   *
   * @return the id of the new user, empty when nothing was done
   */
  public Optional<String> bootstrapAdmin(String username, String password) {
    if (database.inTransaction(db -> users.findByName(db, username, User.OUR_ORIGIN)).isPresent()) {
      return Optional.empty();
    }
    try {
      User admin = accounts.create(username, password, Scopes.admin());
      log.atInfo().addKeyValue("user", admin.id()).log("admin.created");
      return Optional.of(admin.id());
    } catch (UaaError e) {
      if (e.kind() == UaaError.Kind.SCIM_RESOURCE_ALREADY_EXISTS) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Makes a client for a program of the operator's, unless there is one of this id.
   *
   * @param authorities what it may do by grant {@code client_credentials}
   */
  public void bootstrapClient(String id, String secret, Set<String> authorities) {
    Client client =
        new Client(
            id,
            passwords.hash(secret),
            Set.of("client_credentials"),
            Set.of("uaa.none"),
            authorities,
            config.accessTokenValid(),
            config.refreshTokenValid());
    database.useTransaction(db -> clients.insertUnlessThere(db, client));
  }

  /** Signs with a new key from now on; tokens signed before stay good until the next rotation. */
  public void rotateKey() {
    keys.rotate();
    log.atInfo().addKeyValue("kid", keys.current().kid()).log("key.rotated");
  }

  private void clean() {
    login.clean();
    database.useTransaction(db -> store.deleteOld(db, scheduler.now()));
  }
}
