package bellows.cloudcontroller.audit;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.ManualScheduler;
import bellows.cmdb.testing.TestDatabase;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RetentionIT {
  private final TestDatabase test = TestDatabase.create();
  private final ManualScheduler time = new ManualScheduler();
  private final Retention retention =
      new Retention(Retention.Config.DEFAULT, test.database(), time);

  @BeforeEach
  void start() {
    retention.start();
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
  void close() {
    retention.close();
    test.close();
  }

  @Test
  void keepsTheLastVersionOfWhatIsStillSo() {
    execute("update apps set name = 'store'");
    execute("update processes set instances = 2");
    age(100);
    execute("update processes set instances = 3");
    look();
    assertThat(rows()).containsExactly("app app 2", "process web 2", "process web 3");
    assertThat(texts("select number::text from change_sets")).as("none is empty").hasSize(3);
  }

  @Test
  void keepsWhatHeldWhenTheTimeThatIsKeptBegan() {
    age(100);
    execute("update processes set instances = 2");
    age(50);
    execute("update processes set instances = 3");
    look();
    assertThat(rows()).contains("process web 1", "process web 2", "process web 3");
  }

  @Test
  void forgetsWhatIsGone() {
    // Placed in one transaction with a change that is still so: its set stays, the row goes.
    execute(
        "insert into placements (id, process_guid, host) values ('p', 'web', 'host-1'); update processes set instances = 1, memory_mb = 64");
    execute("delete from placements");
    age(100);
    look();
    look();
    assertThat(rows()).containsExactly("app app 1", "process web 2");
  }

  @Test
  void knowsThatARowIsGoneForAsLongAsItKnowsTheRow() {
    execute("insert into placements (id, process_guid, host) values ('p', 'web', 'host-1')");
    age(100);
    execute("delete from placements");
    look();
    assertThat(rows()).contains("placement p 1", "placement p 2");
    age(100);
    look();
    look();
    assertThat(rows()).noneMatch(row -> row.startsWith("placement"));
  }

  private void look() {
    time.advance(Retention.Config.DEFAULT.look());
  }

  private void age(int days) {
    execute("update change_sets set created_at = created_at - interval '%d days'".formatted(days));
  }

  private List<String> rows() {
    return texts("select kind || ' ' || key || ' ' || version from change_rows order by 1");
  }

  private void execute(String... statements) {
    for (String statement : statements) {
      test.database().useTransaction(db -> db.execute(statement));
    }
  }

  private List<String> texts(String query) {
    return test.database()
        .inTransaction((Handle db) -> db.createQuery(query).mapTo(String.class).list());
  }
}
