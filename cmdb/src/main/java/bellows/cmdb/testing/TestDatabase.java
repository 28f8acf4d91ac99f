package bellows.cmdb.testing;

import bellows.cmdb.Database;

/**
 * A started database of its own for one test: the current schema, no rows but those that the
 * migrations make. Takes some 50 ms, as a copy of a template; the first one in a JVM also starts
 * the server.
 */
public final class TestDatabase implements AutoCloseable {
  private final TestServer server;
  private final Database.Config config;
  private final Database database;

  private TestDatabase(TestServer server, Database.Config config) {
    this.server = server;
    this.config = config;
    this.database = new Database(config);
  }

  /** On our own PostgreSQL. */
  public static TestDatabase create() {
    return create(TestServer.EMBEDDED);
  }

  public static TestDatabase create(TestServer server) {
    TestDatabase created = new TestDatabase(server, server.migrated());
    created.database.start();
    return created;
  }

  public Database database() {
    return database;
  }

  /** To open a second {@link Database} on the same tables. */
  public Database.Config config() {
    return config;
  }

  /** Takes every connection until it is closed: to all others the database is away. */
  public Occupation occupied() {
    return new Occupation(database, config.maxConnections());
  }

  /** Drops the database. */
  @Override
  public void close() {
    database.close();
    server.drop(config);
  }
}
