package bellows.cmdb.embedded;

import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.cmdb.Database;
import bellows.cmdb.embedded.PostgresException.Failure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server as our child: set up in a directory the first time, started again when it
 * crashes, stopped by {@link #close}.
 *
 * <p>When this process is killed the server lives on, and the next {@link #start} on the directory
 * takes it over. It listens on the loopback address only and asks for a password that only we know.
 * Thread-safe.
 */
public final class EmbeddedPostgres implements Component {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgres.class);

  private static final Duration LOOK_EVERY = Duration.ofMillis(500);
  private static final int PORT_ATTEMPTS = 3;

  private final Config config;
  private final Supplier<Distribution> distribution;
  private final Scheduler scheduler;
  private final DataDirectory directory;
  private @Nullable FileChannel lock;
  private @Nullable ServerProcess process;
  private @Nullable Postmaster server;
  private Scheduler.@Nullable Timer looks;
  private int failedRestarts;
  private long nextRestart;
  private volatile Database.@Nullable Config database;

  /**
   * @param directory everything of the server is in it; every directory above it must let others
   *     pass (mode o+x) when we are root
   * @param systemUser whom the server runs as when we are root; made when missing
   * @param maxConnections what the server allows; each costs it about 2 MB when used
   * @param durable false only where data may be lost with the power, as in tests
   */
  public record Config(Path directory, String systemUser, int maxConnections, boolean durable) {
    public static final String DEFAULT_SYSTEM_USER = "bellows";
    public static final int DEFAULT_MAX_CONNECTIONS = 30;

    public Config {
      if (maxConnections < 5) {
        throw new IllegalArgumentException(
            "postgres.max_connections must be at least 5: " + maxConnections);
      }
    }

    public Config(Path directory) {
      this(directory, DEFAULT_SYSTEM_USER, DEFAULT_MAX_CONNECTIONS, true);
    }
  }

  /** With the PostgreSQL that comes with us. */
  public EmbeddedPostgres(Config config, Scheduler scheduler) {
    this(config, () -> Distribution.bundled(config.directory()), scheduler);
  }

  /**
   * @param distribution asked once, at start
   */
  public EmbeddedPostgres(Config config, Supplier<Distribution> distribution, Scheduler scheduler) {
    this.config = config;
    this.distribution = distribution;
    this.scheduler = scheduler;
    this.directory = new DataDirectory(config.directory());
  }

  /**
   * Returns when the server answers.
   *
   * @throws PostgresException when it cannot be set up or started
   */
  @Override
  public synchronized void start() {
    if (server != null) {
      return;
    }
    try {
      directory.create();
      lock = lock();
      Distribution program = distribution.get();
      ServerUser user = new ServerUser(config.systemUser());
      user.ensure();
      directory.initialise(program, user, config.durable());
      process =
          new ServerProcess(directory, program, user, scheduler, settings(config, program.major()));
      server = adopt(process).orElse(null);
      if (server == null) {
        server = launch(process);
      }
      database = database(server.port());
    } catch (IOException e) {
      throw new PostgresException(
          Failure.PERMISSIONS, "cannot work in " + config.directory() + ": " + e.getMessage(), e);
    }
    looks = scheduler.every(LOOK_EVERY, this::look);
  }

  /** Stops the server: open transactions roll back. */
  @Override
  public synchronized void close() {
    if (looks != null) {
      looks.close();
      looks = null;
    }
    try {
      if (server != null && process != null) {
        process.stop();
        server = null;
        log.atInfo().addKeyValue("directory", config.directory()).log("postgres.stopped");
      }
      if (lock != null) {
        lock.close();
        lock = null;
      }
    } catch (IOException e) {
      throw new PostgresException(
          Failure.PERMISSIONS, "cannot stop the server in " + config.directory(), e);
    }
  }

  /**
   * How to reach the server; stays the same when it is started again after a crash.
   *
   * @throws IllegalStateException before {@link #start}
   */
  public Database.Config database() {
    Database.Config current = database;
    if (current == null) {
      throw new IllegalStateException("the server is not started");
    }
    return current;
  }

  /** The server process, for those who watch it; empty while none runs. */
  public synchronized OptionalLong pid() {
    return server == null ? OptionalLong.empty() : OptionalLong.of(server.pid());
  }

  private Optional<Postmaster> adopt(ServerProcess process) throws IOException {
    Optional<Postmaster> found = process.running();
    if (found.isPresent()) {
      if (answers(database(found.get().port()))) {
        log.atInfo().addKeyValue("pid", found.get().pid()).log("postgres.adopted");
        return found;
      }
      log.atWarn().addKeyValue("pid", found.get().pid()).log("postgres.replaced");
    }
    process.stop();
    return Optional.empty();
  }

  private Postmaster launch(ServerProcess process) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        Postmaster launched = process.launch(directory.freePort());
        log.atInfo()
            .addKeyValue("pid", launched.pid())
            .addKeyValue("port", launched.port())
            .log("postgres.started");
        return launched;
      } catch (PostgresException e) {
        // Somebody may have taken the port between our look and the server's; then there is
        // another.
        if (attempt == PORT_ATTEMPTS || !directory.lastWords().contains("could not bind")) {
          throw e;
        }
      }
    }
  }

  /** Starts the server again when it died. Whoever holds a connection meanwhile sees it fail. */
  private synchronized void look() {
    if (server == null || process == null || looks == null) {
      return;
    }
    boolean alive = ProcessHandle.of(server.pid()).map(ProcessHandle::isAlive).orElse(false);
    if (alive || (failedRestarts > 0 && scheduler.nanoTime() - nextRestart < 0)) {
      return;
    }
    log.atError().addKeyValue("pid", server.pid()).log("postgres.died");
    try {
      // The same port: the pools in this process know no other.
      server = process.launch(server.port());
      failedRestarts = 0;
      log.atInfo().addKeyValue("pid", server.pid()).log("postgres.restarted");
    } catch (IOException | PostgresException e) {
      Duration pause = pauseAfter(++failedRestarts);
      nextRestart = scheduler.nanoTime() + pause.toNanos();
      log.atError().addKeyValue("again_in", pause).setCause(e).log("postgres.restart_failed");
    }
  }

  /** 1 s, 2 s, 4 s and so on up to 32 s: a full disk may be cleared, but not by trying harder. */
  private static Duration pauseAfter(int failures) {
    return Duration.ofSeconds(1L << Math.min(failures - 1, 5));
  }

  private FileChannel lock() throws IOException {
    FileChannel channel =
        FileChannel.open(directory.lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      // Freed by the kernel when we die, however we die.
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      log.atDebug().log("postgres.locked_by_ourselves");
    }
    channel.close();
    throw new PostgresException(
        Failure.IN_USE, "another process already runs the server in " + config.directory(), null);
  }

  private Database.Config database(int port) throws IOException {
    return new Database.Config(
        "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, DataDirectory.NAME),
        DataDirectory.NAME,
        directory.password(),
        Database.Config.DEFAULT_MAX_CONNECTIONS);
  }

  private static boolean answers(Database.Config database) {
    Properties properties = new Properties();
    PGProperty.USER.set(properties, database.user());
    PGProperty.PASSWORD.set(properties, database.password());
    PGProperty.CONNECT_TIMEOUT.set(properties, 2);
    PGProperty.LOGIN_TIMEOUT.set(properties, 2);
    PGProperty.SOCKET_TIMEOUT.set(properties, 2);
    try (Connection connection = DriverManager.getConnection(database.jdbcUrl(), properties)) {
      return connection.isValid(2);
    } catch (SQLException e) {
      return false;
    }
  }

  /** For a small machine with its disk to itself; given on the command line, so they follow us. */
  private static List<String> settings(Config config, int major) {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=",
                "max_connections=" + config.maxConnections(),
                "shared_buffers=16MB",
                "work_mem=4MB",
                "maintenance_work_mem=32MB",
                "huge_pages=off",
                "jit=off",
                "max_parallel_workers_per_gather=0",
                "max_wal_size=256MB",
                "wal_level=minimal",
                "max_wal_senders=0",
                "log_checkpoints=off",
                "log_timezone=UTC",
                "timezone=UTC",
                "fsync=" + (config.durable() ? "on" : "off"),
                "full_page_writes=" + (config.durable() ? "on" : "off")));
    if (major >= 18) {
      // The worker processes of the new I/O would cost memory and gain nothing here.
      settings.add("io_method=sync");
    }
    return settings;
  }
}
