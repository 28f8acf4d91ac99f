package bellows.cmdb.testing;

import bellows.base.files.Trees;
import bellows.base.time.SystemScheduler;
import bellows.cmdb.Database;
import bellows.cmdb.embedded.Distribution;
import bellows.cmdb.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
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

  /** A new database without any table. */
  Database.Config empty() {
    return create(running().database(), "empty", "");
  }

  void drop(Database.Config database) {
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
    Path shared = sharedDirectory();
    Path directory = temporaryDirectory(shared);
    SystemScheduler scheduler = new SystemScheduler();
    EmbeddedPostgres launched =
        new EmbeddedPostgres(
            new EmbeddedPostgres.Config(
                directory, EmbeddedPostgres.Config.DEFAULT_SYSTEM_USER, 100, false),
            () -> distribution.apply(shared),
            scheduler);
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

  /** Of all test JVMs of this user: the program is unpacked there once. */
  private static Path sharedDirectory() {
    String user = System.getProperty("user.name");
    Path shared = Path.of(System.getProperty("java.io.tmpdir"), "bellows-test-postgres-" + user);
    try {
      Files.createDirectories(shared);
      if (!Files.getOwner(shared).getName().equals(user)) {
        throw new IllegalStateException(shared + " belongs to somebody else");
      }
      Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwx--x--x"));
      return shared;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + shared, e);
    }
  }

  private Path temporaryDirectory(Path shared) {
    try {
      return Files.createTempDirectory(shared, name + "-");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a directory in " + shared, e);
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
