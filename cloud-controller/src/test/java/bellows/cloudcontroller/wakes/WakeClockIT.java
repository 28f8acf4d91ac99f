package bellows.cloudcontroller.wakes;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.base.time.testing.ManualScheduler;
import bellows.bus.InProcessBus;
import bellows.cloudcontroller.applog.AppLog;
import bellows.cmdb.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WakeClockIT {
  private final TestDatabase test = TestDatabase.create();
  private final ManualScheduler time = new ManualScheduler();
  private final InProcessBus bus = new InProcessBus(time);
  private final WakeClock clock = new WakeClock(test.database(), bus, time, new AppLog(bus, time));

  @BeforeEach
  void start() {
    bus.start();
    execute(
        "insert into organization_quotas (guid, name) values ('q', 'q')",
        "insert into organizations (guid, name, quota_guid) values ('o', 'o', 'q')",
        "insert into spaces (guid, name, organization_guid) values ('s', 's', 'o')",
        "insert into apps (guid, name, space_guid, stack, environment_secret) values ('app', 'shop', 's', 'debian', '')");
  }

  @AfterEach
  void close() {
    clock.close();
    bus.close();
    test.close();
  }

  @Test
  void wakesAWholeCrowdInOneLook() {
    due(320, "0 0 * * *", null);
    clock.start();
    time.advance(Duration.ZERO);
    Eventually.until("all are woken", () -> results().equals(List.of("woken 320")));
    assertThat(texts("select distinct next_at::date::text from scheduled_wakes"))
        .containsExactly("2030-01-02");
  }

  @Test
  void whatIsWrittenWronglyHoldsUpNobody() {
    due(60, "often", null);
    due(3, "0 0 30 2 *", null);
    execute("update scheduled_wakes set next_at = next_at - interval '1 day'");
    due(2, "0 0 * * *", null);
    clock.start();
    time.advance(Duration.ZERO);
    Eventually.until("all have a result", () -> !results().contains("none"));
    assertThat(results())
        .hasSize(3)
        .contains("woken 2", "skipped: cron '0 0 30 2 *' never comes 3")
        .anyMatch(result -> result.startsWith("skipped: cron 'often' is no cron expression"));
    time.advance(Duration.ofMinutes(1));
    assertThat(texts("select guid from scheduled_wakes where last_at > '2030-01-01T00:00:00Z'"))
        .as("looked at once more within the minute")
        .isEmpty();
  }

  @Test
  void aCallThatCannotBeMadeSaysSo() {
    execute(
        "insert into droplets (guid, app_guid, state) values ('d', 'app', 'STAGED')",
        """
        insert into processes (guid, app_guid, type, version, droplet_guid, instances, memory_mb,
                               disk_mb, log_rate_bytes_per_second)
        values ('web', 'app', 'web', 'v1', 'd', 1, 128, 256, -1)
        """,
        "insert into domains (guid, name) values ('dom', 'example.test')",
        "insert into routes (guid, space_guid, domain_guid, host) values ('r', 's', 'dom', 'shop')",
        "insert into route_destinations (guid, route_guid, app_guid) values ('rd', 'r', 'app')",
        "insert into placements (process_guid, host, address, port) values ('web', 'host-1', '127.0.0.1', 70000)");
    due(1, "0 0 * * *", "/job");
    clock.start();
    time.advance(Duration.ZERO);
    Eventually.until("it has a result", () -> !results().contains("none"));
    assertThat(results()).containsExactly("failed: port out of range:70000 1");
  }

  private void due(int number, String cron, @Nullable String path) {
    test.database()
        .useTransaction(db ->
            db.execute(
                """
                insert into scheduled_wakes (guid, app_guid, cron, path, next_at, created_by)
                select gen_random_uuid()::text, 'app', ?, ?, '2029-12-31T00:00:00Z', 'ada'
                from generate_series(1, ?)
                """,
                cron,
                path,
                number));
  }

  /** Each result with how often there is. */
  private List<String> results() {
    return texts(
        "select distinct coalesce(last_result || ' ' || count(*), 'none') from scheduled_wakes group by last_result");
  }

  private void execute(String... statements) {
    test.database().useTransaction(db -> List.of(statements).forEach(db::execute));
  }

  private List<String> texts(String query) {
    return test.database()
        .inTransaction((Handle db) -> db.createQuery(query).mapTo(String.class).list());
  }
}
