package bellows.cmdb;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.cmdb.testing.TestDatabase;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the triggers do for whoever edits rows, by our parts or by plain SQL. */
class HistoryIT {
  private static final String PLACED =
      "insert into placements (process_guid, host) values ('web', 'host-1')";

  private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();

  @BeforeEach
  void fill() {
    execute(
        "insert into organization_quotas (guid, name) values ('q', 'q')",
        "insert into organizations (guid, name, quota_guid) values ('o', 'o', 'q')",
        "insert into spaces (guid, name, organization_guid) values ('s', 's', 'o')",
        "insert into apps (guid, name, space_guid, stack, environment_secret) values ('app', 'shop', 's', 'debian', '')",
        "insert into droplets (guid, app_guid, state) values ('d', 'app', 'STAGED')",
        """
        insert into processes (guid, app_guid, type, version, droplet_guid, instances, memory_mb,
                               disk_mb, log_rate_bytes_per_second)
        values ('web', 'app', 'web', 'v1', 'd', 1, 128, 256, -1)
        """);
  }

  @AfterEach
  void drop() {
    test.close();
  }

  @Test
  void givesEveryChangeOfAPlacementANumber() {
    execute(PLACED);
    execute("update placements set address = '10.0.0.1', port = 20000");
    bySql("update placements set host = 'host-2'");
    assertThat(
            texts(
                "select version || ' ' || (became->>'host') from change_rows where kind = 'placement' order by position"))
        .containsExactly("1 host-1", "2 host-1", "3 host-2");
    assertThat(texts("select actor from change_sets order by number desc limit 1"))
        .singleElement()
        .asString()
        .startsWith("sql:");
    assertThat(texts("select generation::text from placements")).containsExactly("3");
  }

  @Test
  void keepsWhatOneTransactionChangesInOneSet() {
    execute(PLACED);
    database.useTransaction(db -> {
      Database.actAs(db, "user:ada");
      db.execute("update processes set instances = 3");
      db.execute("update placements set host = 'host-2'");
    });
    assertThat(
            texts(
                "select r.kind from change_sets s join change_rows r on r.change_number = s.number where s.actor = 'user:ada' order by r.position"))
        .containsExactly("process", "placement");
  }

  @Test
  void aMovedPlacementKeepsItsPortWhereItIsFree() {
    execute(PLACED, "update placements set address = '10.0.0.1', port = 20000");
    execute("update placements set host = 'host-2'");
    assertThat(texts("select address || ':' || port from placements")).containsExactly(":20000");
    execute("update placements set address = '10.0.0.2'");
    execute(
        "insert into placements (process_guid, host, port) values ('web', 'host-1', 20000)",
        "update placements set host = 'host-1' where host = 'host-2'");
    assertThat(texts("select (port > 0)::text from placements order by instance_index"))
        .containsExactly("false", "true");
  }

  @Test
  void aPlacementThatGoesHomeGetsItsOldPortThere() {
    execute(PLACED, "update placements set address = '10.0.0.1', port = 20000");
    execute("update placements set host = 'host-2', address = '10.0.0.2', port = 20007");
    execute("update placements set host = 'host-1'");
    assertThat(texts("select port::text from placements")).containsExactly("20000");
  }

  @Test
  void scalesWithThePlacementsThatPeopleAddAndDelete() {
    bySql(PLACED, PLACED, PLACED);
    assertThat(texts("select instance_index || ' ' || memory_mb from placements order by 1"))
        .containsExactly("0 128", "1 128", "2 128");
    assertThat(instances()).isEqualTo(3);
    bySql("delete from placements where instance_index = 2");
    assertThat(instances()).isEqualTo(2);
    execute("delete from placements");
    assertThat(instances()).as("what the platform deletes, it places again").isEqualTo(2);
  }

  @Test
  void forgetsTheHistoryWithTheApp() {
    bySql(PLACED);
    bySql("delete from apps");
    assertThat(texts("select number::text from change_sets")).isEmpty();
    assertThat(texts("select key from change_rows")).isEmpty();
  }

  @Test
  void recordsThePlacementsThatGoWithTheirProcess() {
    execute(PLACED);
    execute("delete from processes");
    assertThat(texts("select kind from change_rows where became is null order by kind"))
        .containsExactly("placement", "process");
  }

  @Test
  void tellsOfChangesAndOfSleepPolicies() {
    Set<String> heard = ConcurrentHashMap.newKeySet();
    try (Notifications desired =
            new Notifications(
                database,
                "bellows_desired",
                () -> heard.add("all"),
                app -> heard.add("desired " + app));
        Notifications sleep =
            new Notifications(
                database,
                "bellows_sleep",
                () -> heard.add("also all"),
                app -> heard.add("sleep " + app))) {
      desired.start();
      sleep.start();
      Eventually.until("both listen", () -> heard.containsAll(Set.of("all", "also all")));
      bySql("update processes set instances = 4");
      bySql("update apps set labels = '{\"a\": \"b\"}'");
      Eventually.until(
          "both are told", () -> heard.containsAll(Set.of("desired app", "sleep app")));
    }
  }

  @Test
  void listensAgainAfterTheConnectionWasLost() {
    Set<String> heard = ConcurrentHashMap.newKeySet();
    try (Notifications desired =
        new Notifications(database, "bellows_desired", () -> heard.add("all"), heard::add)) {
      desired.start();
      Eventually.until("it listens", () -> heard.remove("all"));
      execute(
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
      Eventually.until("it listens again", () -> heard.contains("all"));
      bySql("update processes set instances = 4");
      Eventually.until("it is told", () -> heard.contains("app"));
    }
  }

  private int instances() {
    return database.inTransaction(
        db -> db.createQuery("select instances from processes").mapTo(Integer.class).one());
  }

  private void execute(String... statements) {
    database.useTransaction(db -> List.of(statements).forEach(db::execute));
  }

  /** As from psql, which knows nothing of our setting. */
  private void bySql(String... statements) {
    database.useTransaction(db -> {
      Database.actAs(db, "");
      List.of(statements).forEach(db::execute);
    });
  }

  private List<String> texts(String query) {
    return database.inTransaction((Handle db) -> db.createQuery(query).mapTo(String.class).list());
  }
}
