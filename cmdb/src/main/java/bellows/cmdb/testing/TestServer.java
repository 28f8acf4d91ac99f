package bellows.cmdb.testing;

import bellows.base.files.Trees;
import bellows.base.time.SystemScheduler;
import bellows.cmdb.Database;
import bellows.cmdb.embedded.Distribution;
import bellows.cmdb.embedded.EmbeddedPostgres;
import bellows.cmdb.embedded.PostgresException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The servers that tests run on. Each is started at its first use in a JVM, in a temporary
 * directory, and gone when the JVM ends.
 */
public final class TestServer {
  /** PostgreSQL 18, as it comes with us. */
  public static final TestServer EMBEDDED = new TestServer("embedded", Distribution::bundled);

  /** Debian's PostgreSQL 15 (package postgresql), standing for a server outside. */
  public static final TestServer OUTSIDE =
      new TestServer(
          "outside", shared -> Distribution.installed(Path.of("/usr/lib/postgresql/15/bin"), 15));

  private static final String TEMPLATE = "migrated";

  /** Many tests in one JVM, each with a small pool. */
  private static final int MAX_CONNECTIONS = 100;

  /** A copy of a database is some 600 files: 50 ms in memory, 400 ms on a plain disk. */
  private static final Path MEMORY = Path.of("/dev/shm");

  private final String name;
  private final Function<Path, Distribution> distribution;
  private final AtomicInteger databases = new AtomicInteger();
  private @Nullable EmbeddedPostgres server;

  private TestServer(String name, Function<Path, Distribution> distribution) {
    this.name = name;
    this.distribution = distribution;
  }

  /** A new database with the current schema and nothing in it but what the migrations put there. */
  Database.Config migrated() {
    EmbeddedPostgres running = running();
    return create(running.database(), "test", " template " + TEMPLATE);
  }

  /** A new database without any table; {@link #drop} it. */
  public Database.Config empty() {
    return create(running().database(), "empty", "");
  }

  public void drop(Database.Config database) {
    String name = database.jdbcUrl().substring(database.jdbcUrl().lastIndexOf('/') + 1);
    execute(running().database(), "drop database if exists " + name + " with (force)");
  }

  private synchronized EmbeddedPostgres running() {
    if (server == null) {
      server = launch();
      Database.Config template = named(server.database(), TEMPLATE);
      execute(server.database(), "create database " + TEMPLATE);
      try (Database database = new Database(template)) {
        database.start();
      }
    }
    return server;
  }

  private EmbeddedPostgres launch() {
    Path programs = ownDirectory(Path.of(System.getProperty("java.io.tmpdir")));
    Path parent = ownDirectory(Files.isWritable(MEMORY) ? MEMORY : programs);
    SystemScheduler scheduler = new SystemScheduler();
    sweep(parent, programs, scheduler);
    Path directory;
    try {
      directory = Files.createTempDirectory(parent, name + "-");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a directory in " + parent, e);
    }
    EmbeddedPostgres launched = server(directory, programs, scheduler);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              launched.close();
              scheduler.close();
              Trees.delete(directory);
            }));
    launched.start();
    return launched;
  }

  /** Ends what a killed test JVM has left behind. */
  private void sweep(Path parent, Path programs, SystemScheduler scheduler) {
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(parent, name + "-*")) {
      for (Path directory : directories) {
        if (Files.exists(directory.resolve("data")) && Files.exists(directory.resolve("lock"))) {
          try (EmbeddedPostgres abandoned = server(directory, programs, scheduler)) {
            abandoned.start();
          } catch (PostgresException e) {
            if (e.failure() == PostgresException.Failure.IN_USE) {
              continue;
            }
          }
          Trees.delete(directory);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + parent, e);
    }
  }

  private EmbeddedPostgres server(Path directory, Path programs, SystemScheduler scheduler) {
    return new EmbeddedPostgres(
        new EmbeddedPostgres.Config(
            directory, EmbeddedPostgres.Config.DEFAULT_SYSTEM_USER, MAX_CONNECTIONS, false),
        () -> distribution.apply(programs),
        scheduler);
  }

  /** Shared by all test JVMs of this user; the server's user may pass. */
  private static Path ownDirectory(Path parent) {
    String user = System.getProperty("user.name");
    Path own = parent.resolve("bellows-test-postgres-" + user);
    try {
      Files.createDirectories(own);
      if (!Files.getOwner(own).getName().equals(user)) {
        throw new IllegalStateException(own + " belongs to somebody else");
      }
      Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwx--x--x"));
      return own;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + own, e);
    }
  }

  private Database.Config create(Database.Config admin, String prefix, String suffix) {
    String name = prefix + databases.incrementAndGet();
    execute(admin, "create database " + name + suffix);
    return named(admin, name);
  }

  private static Database.Config named(Database.Config admin, String name) {
    String url = admin.jdbcUrl().substring(0, admin.jdbcUrl().lastIndexOf('/') + 1) + name;
    return new Database.Config(url, admin.user(), admin.password(), 4);
  }

  private static void execute(Database.Config admin, String sql) {
    try (Connection connection =
            DriverManager.getConnection(admin.jdbcUrl(), admin.user(), admin.password());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql + ": " + e.getMessage(), e);
    }
  }
}
