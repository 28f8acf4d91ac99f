package bellows.cmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.json.Json;
import bellows.base.time.testing.Eventually;
import bellows.base.time.testing.ManualScheduler;
import bellows.cmdb.DatabaseException.Failure;
import bellows.cmdb.testing.TestDatabase;
import bellows.cmdb.testing.TestServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** What the parts rely on, the same on every PostgreSQL that we support. */
abstract class CmdbContract {
  private final TestDatabase test = TestDatabase.create(server());
  private final Database database = test.database();

  abstract TestServer server();

  @AfterEach
  void drop() {
    test.close();
  }

  @Test
  void rollsBackWhatThrows() {
    assertThatThrownBy(() ->
            database.useTransaction(db -> {
              insertUser(db, "ann");
              throw new IllegalArgumentException("no");
            }))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(count("users")).isZero();
  }

  @Test
  void tellsADuplicateFromABrokenStatement() {
    database.useTransaction(db -> insertUser(db, "ann"));

    assertThatThrownBy(() -> database.useTransaction(db -> insertUser(db, "ann")))
        .isInstanceOfSatisfying(
            UnableToExecuteStatementException.class,
            e -> assertThat(Database.uniqueViolation(e)).contains("users_pkey"));
    assertThatThrownBy(() -> database.useTransaction(db -> db.execute("selec")))
        .isInstanceOfSatisfying(
            UnableToExecuteStatementException.class,
            e -> assertThat(Database.uniqueViolation(e)).isEmpty());
  }

  @Test
  void keepsJsonArraysAndTimes() {
    Instant time = Instant.parse("2030-01-01T00:00:00.123456Z");
    database.useTransaction(db -> {
      db.createUpdate(
              """
              insert into uaa_clients (id, grant_types, scopes, created_at)
              values ('cf', :grants, :scopes, :time)
              """)
          .bind("grants", new String[] {"password", "refresh_token"})
          .bind("scopes", new String[0])
          .bind("time", time)
          .execute();
      db.createUpdate("insert into users (guid, labels) values ('ann', cast(:labels as jsonb))")
          .bind("labels", "{\"team\": \"a\", \"tier\": null}")
          .execute();
    });

    String labels = one(String.class, "select labels from users where labels ->> 'team' = 'a'");
    assertThat(Json.tree(labels)).isEqualTo(Json.tree("{\"tier\":null,\"team\":\"a\"}"));
    assertThat(one(Integer.class, "select count(*) from users where labels ?? 'tier'")).isOne();
    assertThat(one(String.class, "select array_to_string(grant_types, ',') from uaa_clients"))
        .isEqualTo("password,refresh_token");
    assertThat(one(Instant.class, "select created_at from uaa_clients")).isEqualTo(time);
  }

  @Test
  void mapsCaseOutsideOfAsciiToo() {
    assertThat(one(String.class, "select lower('ÄÖÜÉ')")).isEqualTo("äöüé");
  }

  @Test
  void insertsOrUpdatesOnConflict() {
    String upsert =
        """
        insert into feature_flags (name, enabled) values ('ssh', :on)
        on conflict (name) do update set enabled = excluded.enabled
        """;
    for (boolean on : new boolean[] {true, false}) {
      database.useTransaction(db -> db.createUpdate(upsert).bind("on", on).execute());
    }

    assertThat(one(Boolean.class, "select enabled from feature_flags")).isFalse();
  }

  /** How a stager takes a task from the queue. */
  @Test
  void givesEachRowOfAQueueToOneTaker() throws Exception {
    database.useTransaction(db -> {
      for (int i = 0; i < 8; i++) {
        insertJob(db, "job" + i);
      }
    });
    CountDownLatch holding = new CountDownLatch(2);

    Set<String> taken = new TreeSet<>();
    try (var takers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<String>>> all =
          takers.invokeAll(Collections.nCopies(2, () -> takeFour(holding)), 20, TimeUnit.SECONDS);
      for (Future<List<String>> four : all) {
        taken.addAll(four.get());
      }
    }
    assertThat(taken).hasSize(8);
  }

  private List<String> takeFour(CountDownLatch holding) {
    return database.inTransaction(db -> {
      List<String> four =
          db.createQuery(
                  """
                  select guid from jobs where state = 'PROCESSING'
                  order by created_at limit 4 for update skip locked
                  """)
              .mapTo(String.class)
              .list();
      holding.countDown();
      try {
        assertThat(holding.await(10, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return four;
    });
  }

  @Test
  void notifiesWhoListens() throws SQLException {
    try (Connection listener = database.dedicatedConnection();
        Statement statement = listener.createStatement()) {
      statement.execute("listen changes");
      database.useTransaction(db -> db.execute("select pg_notify('changes', 'placement 7')"));

      PGNotification[] got = listener.unwrap(PGConnection.class).getNotifications(10_000);
      assertThat(got).hasSize(1);
      assertThat(got[0].getParameter()).isEqualTo("placement 7");
    }
  }

  @Test
  void electsOneLeaderAndFencesTheOneBefore() throws SQLException {
    ManualScheduler time = new ManualScheduler();
    LeaderLock first = leader("first", time);
    LeaderLock second = leader("second", time);
    first.start();
    second.start();
    assertThat(first.term()).hasValue(1);
    assertThat(second.term()).isEmpty();

    killTheSessionThatHoldsTheLock();
    time.advance(Duration.ofSeconds(1));
    time.advance(Duration.ofSeconds(1));
    long term = first.term().orElseGet(() -> second.term().orElseThrow());
    assertThat(term).isEqualTo(2);
    assertThat(first.term().isPresent()).isNotEqualTo(second.term().isPresent());
    database.useTransaction(db -> second.requireTerm(db, 2));
    assertThatThrownBy(() -> database.useTransaction(db -> first.requireTerm(db, 1)))
        .hasMessage("healing is led in term 2 by now, not 1");

    (first.term().isPresent() ? first : second).close();
    Eventually.until(
        "the other one leads",
        () -> {
          time.advance(Duration.ofSeconds(1));
          return (first.term().isPresent() ? first : second).term().orElse(0) == 3;
        });
    first.close();
    second.close();
  }

  private LeaderLock leader(String holder, ManualScheduler time) {
    return new LeaderLock(
        new LeaderLock.Config("healing", holder, Duration.ofSeconds(1)), database, time);
  }

  @Test
  void servesAgainAfterItsConnectionsWereCut() throws SQLException {
    database.useTransaction(db -> insertUser(db, "ann"));

    killOtherSessions();

    Eventually.until(
        "a transaction works",
        () -> {
          try {
            return count("users") == 1;
          } catch (RuntimeException e) {
            return false;
          }
        });
  }

  private void killTheSessionThatHoldsTheLock() {
    database.useTransaction(db ->
        db.createQuery(
                """
                select pg_terminate_backend(l.pid, 5000)
                from pg_locks l join pg_database d on d.oid = l.database
                where l.locktype = 'advisory' and d.datname = current_database()
                """)
            .mapTo(Boolean.class)
            .one());
  }

  private void killOtherSessions() throws SQLException {
    try (Connection connection = database.dedicatedConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()
          """);
    }
  }

  @Test
  void endsAStatementThatTakesTooLong() {
    assertThatThrownBy(() ->
            database.useTransaction(db -> {
              db.execute("set local statement_timeout = '50ms'");
              db.execute("select pg_sleep(20)");
            }))
        .isInstanceOf(UnableToExecuteStatementException.class)
        .hasMessageContaining("statement timeout");
    assertThat(one(String.class, "show statement_timeout")).isEqualTo("30s");
  }

  @Test
  void migratesTablesThatAreFilled() {
    Database.Config empty = server().empty();
    FilledTables filled = FilledTables.at(empty, "1");

    try (Database migrated = new Database(empty)) {
      migrated.start();
      assertThat(migrated.<List<String>>inTransaction(filled::lostRows)).isEmpty();
    }
    server().drop(empty);
  }

  @Test
  void seesWhatIsMigratedAndWhatIsNot() throws SQLException {
    Database.Config empty = server().empty();
    try (Connection none =
            DriverManager.getConnection(empty.jdbcUrl(), empty.user(), empty.password());
        Connection migrated = database.dedicatedConnection();
        Statement statement = migrated.createStatement()) {
      assertThat(Migrations.done(none)).isFalse();
      assertThat(Migrations.done(migrated)).isTrue();
      statement.execute("update flyway_schema_history set checksum = 1");
      assertThat(Migrations.done(migrated)).as("the file was changed since").isFalse();
    }
    server().drop(empty);
  }

  @Test
  void migratesOnceWhenSeveralProcessesStart() throws Exception {
    Database.Config empty = server().empty();
    try (var starts = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> all =
          starts.invokeAll(
              Collections.nCopies(3, () -> environmentGroups(empty)), 60, TimeUnit.SECONDS);
      for (Future<Integer> rows : all) {
        assertThat(rows.get().intValue()).isEqualTo(2);
      }
    }
    server().drop(empty);
  }

  private static int environmentGroups(Database.Config config) {
    try (Database database = new Database(config)) {
      database.start();
      return database.inTransaction(db ->
          db.createQuery("select count(*) from environment_groups").mapTo(Integer.class).one());
    }
  }

  @Test
  void namesAServerThatRefusesIt() {
    Database.Config right = test.config();
    Database.Config wrong = new Database.Config(right.jdbcUrl(), right.user(), "wrong password", 1);

    assertThatThrownBy(() -> new Database(wrong).start())
        .isInstanceOfSatisfying(
            DatabaseException.class, e -> assertThat(e.failure()).isEqualTo(Failure.REFUSED))
        .hasMessageContaining("refuses us")
        .hasMessageNotContaining("wrong password");
  }

  private int count(String table) {
    return one(Integer.class, "select count(*) from " + table);
  }

  private <T> T one(Class<T> type, String sql) {
    return database.inTransaction(db -> db.createQuery(sql).mapTo(type).one());
  }

  private static void insertUser(Handle db, String guid) {
    db.createUpdate("insert into users (guid) values (:guid)").bind("guid", guid).execute();
  }

  private static void insertJob(Handle db, String guid) {
    db.createUpdate(
            """
            insert into jobs (guid, operation, user_guid, work_secret)
            values (:guid, 'x', 'u', ''::bytea)
            """)
        .bind("guid", guid)
        .execute();
  }
}
