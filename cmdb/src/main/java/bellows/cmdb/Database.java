package bellows.cmdb;

import bellows.base.lifecycle.Component;
import bellows.cmdb.DatabaseException.Failure;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The CMDB: transactions on a pool of connections to a PostgreSQL server, ours or an outside one.
 *
 * <p>Thread-safe. No call waits for ever: connecting, waiting for a free connection, a statement
 * and a silent server each have a bound; {@link ServerWatch} makes the last one short. After the
 * server was away, the next transaction connects anew.
 */
public final class Database implements Component {
  private static final Logger log = LoggerFactory.getLogger(Database.class);

  private static final Duration CONNECT = Duration.ofSeconds(5);

  /** The most that a look at the server takes, see {@link ServerWatch}. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  /**
   * How long a transaction waits for a free connection; a server that starts again after a crash
   * needs less. People wait behind it, and a clear answer helps them more than a late one.
   */
  private static final Duration ACQUIRE = Duration.ofMillis(1250);

  /** How long a connection that lay idle may take to show that it is good. */
  private static final Duration VALIDATE = Duration.ofMillis(500);

  /** The server ends a statement that takes longer, and a wait for a lock too. */
  private static final Duration STATEMENT = Duration.ofSeconds(30);

  /** Longer than {@link #STATEMENT}, so that only a dead server or network meets it. */
  private static final Duration SOCKET = Duration.ofSeconds(40);

  /** The server frees the locks of a transaction whose owner does nothing for so long. */
  private static final Duration IDLE_IN_TRANSACTION = Duration.ofSeconds(60);

  /** A migration may rewrite a big table. */
  private static final Duration MIGRATION = Duration.ofMinutes(15);

  /** Who changes what, for the history, unless {@link #actAs} says otherwise. */
  private static final String PLATFORM = "platform";

  private final Config config;
  private final Set<Connection> working = ConcurrentHashMap.newKeySet();
  private @Nullable HikariDataSource pool;
  private volatile @Nullable Jdbi jdbi;

  /**
   * @param jdbcUrl {@code jdbc:postgresql://host:port/database}; driver parameters in it win over
   *     ours
   * @param maxConnections the pool's size; the server must allow that many for each of our
   *     processes
   */
  public record Config(String jdbcUrl, String user, String password, int maxConnections) {
    /** Enough to keep the cores of a small server busy; more only queue there instead of here. */
    public static final int DEFAULT_MAX_CONNECTIONS = 10;

    public Config {
      if (!jdbcUrl.startsWith("jdbc:postgresql:")) {
        throw new IllegalArgumentException(
            "cmdb.jdbc_url must start with jdbc:postgresql: but is " + withoutQuery(jdbcUrl));
      }
      if (maxConnections < 1) {
        throw new IllegalArgumentException(
            "cmdb.max_connections must be at least 1: " + maxConnections);
      }
    }

    /** Without the password, which must not reach a log. */
    @Override
    public String toString() {
      return "Config[" + address() + ", user=" + user + ", maxConnections=" + maxConnections + "]";
    }

    /** The URL without parameters, which may hold a password. */
    String address() {
      return withoutQuery(jdbcUrl);
    }

    private static String withoutQuery(String url) {
      int query = url.indexOf('?');
      return query < 0 ? url : url.substring(0, query);
    }
  }

  public Database(Config config) {
    this.config = config;
  }

  /**
   * Connects and brings the schema up to date; several processes may do that at once.
   *
   * @throws DatabaseException when the server cannot be reached or used
   */
  @Override
  public synchronized void start() {
    if (pool != null) {
      return;
    }
    if (!isMigrated()) {
      migrate();
    }
    HikariDataSource opened = new HikariDataSource(poolConfig());
    Jdbi created = Jdbi.create(opened);
    created.registerArrayType(String.class, "text");
    pool = opened;
    jdbi = created;
    log.atInfo().addKeyValue("address", config.address()).log("database.started");
  }

  @Override
  public synchronized void close() {
    jdbi = null;
    if (pool != null) {
      pool.close();
      pool = null;
    }
  }

  /**
   * Commits when {@code work} returns, rolls back when it throws.
   *
   * @throws DatabaseException when the server is away; if it went during the commit, nobody knows
   *     whether it took place
   */
  public <T extends @Nullable Object> T inTransaction(Function<Handle, T> work) {
    try {
      return started().withHandle(handle -> watched(handle, work));
    } catch (JdbiException e) {
      if (Outage.caused(e)) {
        throw unreachable(e);
      }
      throw e;
    }
  }

  /** As {@link #inTransaction} without a result. */
  public void useTransaction(Consumer<Handle> work) {
    this.<@Nullable Void>inTransaction(handle -> {
      work.accept(handle);
      return null;
    });
  }

  private <T extends @Nullable Object> T watched(Handle handle, Function<Handle, T> work) {
    Connection connection = handle.getConnection();
    working.add(connection);
    try {
      return handle.inTransaction(work::apply);
    } finally {
      working.remove(connection);
    }
  }

  /** The connections on which a transaction runs now. */
  Set<Connection> working() {
    return Set.copyOf(working);
  }

  /** Whether the server still has a word for a new client, be it no; takes a second at most. */
  boolean answers() {
    try (Connection _ = dataSource(LOOK, LOOK, LOOK).getConnection()) {
      return true;
    } catch (SQLException e) {
      return e instanceof PSQLException told && told.getServerErrorMessage() != null;
    }
  }

  /** Ends whatever waits for an answer on this connection; one that was given back is spared. */
  static void cut(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      log.atWarn().setCause(e).log("connection.not_cut");
    }
  }

  /**
   * Whatever this transaction changes was changed by that actor, for the history: the triggers on
   * the tables read it.
   *
   * @param actor such as {@code user:admin}
   */
  public static void actAs(Handle db, String actor) {
    db.createQuery("select set_config('bellows.actor', :actor, true)")
        .bind("actor", actor)
        .mapTo(String.class)
        .one();
  }

  /** A connection of its own, outside the pool; for what lives as long as its session. */
  Connection dedicatedConnection() throws SQLException {
    return dataSource(CONNECT, SOCKET, STATEMENT).getConnection();
  }

  private Jdbi started() {
    Jdbi current = jdbi;
    if (current == null) {
      throw new DatabaseException(Failure.NOT_STARTED, "the database is not started", null);
    }
    return current;
  }

  private boolean isMigrated() {
    try (Connection connection = dedicatedConnection()) {
      return Migrations.done(connection);
    } catch (SQLException e) {
      throw unusable(e);
    }
  }

  private DatabaseException unusable(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    // Class 28: invalid authorization; 3D: no such database. All else never got an answer.
    boolean refused = state.startsWith("28") || state.startsWith("3D");
    return new DatabaseException(
        refused ? Failure.REFUSED : Failure.UNREACHABLE,
        "the database at "
            + config.address()
            + (refused ? " refuses us: " : " cannot be reached: ")
            + e.getMessage(),
        e);
  }

  private DatabaseException unreachable(Exception cause) {
    return new DatabaseException(
        Failure.UNREACHABLE, "the database at " + config.address() + " is away", cause);
  }

  private void migrate() {
    try {
      Migrations.run(dataSource(CONNECT, MIGRATION, MIGRATION));
    } catch (FlywayException e) {
      throw new DatabaseException(
          Failure.MIGRATION,
          "the schema at " + config.address() + " cannot be brought up to date: " + e.getMessage(),
          e);
    }
  }

  private HikariConfig poolConfig() {
    HikariConfig hikari = new HikariConfig();
    hikari.setDataSource(dataSource(CONNECT, SOCKET, STATEMENT));
    hikari.setPoolName("cmdb");
    hikari.setMaximumPoolSize(config.maxConnections());
    // Each idle connection costs the server a process, so a quiet platform keeps few.
    hikari.setMinimumIdle(Math.min(2, config.maxConnections()));
    hikari.setIdleTimeout(Duration.ofSeconds(30).toMillis());
    hikari.setConnectionTimeout(ACQUIRE.toMillis());
    hikari.setValidationTimeout(VALIDATE.toMillis());
    hikari.setAutoCommit(true);
    return hikari;
  }

  private PGSimpleDataSource dataSource(Duration connect, Duration socket, Duration statement) {
    Properties defaults = new Properties();
    PGProperty.CONNECT_TIMEOUT.set(defaults, Math.toIntExact(connect.toSeconds()));
    PGProperty.LOGIN_TIMEOUT.set(defaults, Math.toIntExact(connect.toSeconds()));
    PGProperty.SOCKET_TIMEOUT.set(defaults, Math.toIntExact(socket.toSeconds()));
    PGProperty.TCP_KEEP_ALIVE.set(defaults, true);
    PGProperty.APPLICATION_NAME.set(defaults, "bellows");
    PGProperty.OPTIONS.set(
        defaults,
        "-c statement_timeout=%d -c idle_in_transaction_session_timeout=%d -c bellows.actor=%s"
            .formatted(statement.toMillis(), IDLE_IN_TRANSACTION.toMillis(), PLATFORM));
    PGSimpleDataSource source = new PGSimpleDataSource();
    try {
      for (String name : defaults.stringPropertyNames()) {
        source.setProperty(name, defaults.getProperty(name));
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the driver does not know a setting of ours", e);
    }
    source.setUrl(config.jdbcUrl());
    source.setUser(config.user());
    source.setPassword(config.password());
    return source;
  }

  /**
   * The name of the unique index or constraint that a failed statement ran into, for a duplicate to
   * be told from a broken statement.
   */
  public static Optional<String> uniqueViolation(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof PSQLException sql
          && PSQLState.UNIQUE_VIOLATION.getState().equals(sql.getSQLState())
          && sql.getServerErrorMessage() != null) {
        return Optional.ofNullable(sql.getServerErrorMessage().getConstraint());
      }
    }
    return Optional.empty();
  }
}
