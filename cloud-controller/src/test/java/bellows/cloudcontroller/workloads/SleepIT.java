package bellows.cloudcontroller.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.cloudcontroller.workloads.TestPlatform.Answer;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.dea.StartInstance.Sleep;
import bellows.contracts.testing.FakeDea;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the controller has to do with sleep: who may sleep when, and what clients see of it. */
class SleepIT {
  @TempDir Path directory;
  private TestPlatform platform;
  private FakeDea host;

  @BeforeEach
  void start() throws Exception {
    platform = new TestPlatform(directory);
    host = platform.host("host-1");
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  @Test
  void tellsRunningInstancesOfANewPolicyWithoutRestart() {
    String app = platform.started("shop");
    assertThat(told()).isEqualTo(new Sleep(900, null, 50, false, false));

    label(
        app, "\"bellows.internal/sleep-after\": \"5m\", \"bellows.internal/concurrency\": \"10\"");
    Eventually.until("it is told", () -> told().equals(new Sleep(300, null, 10, false, false)));

    label(app, "\"bellows.internal/sleep-after\": \"never\"");
    Eventually.until("it is told again", () -> told().afterSeconds() == null);
    assertThat(host.instances()).as("nothing was restarted").hasSize(1);
  }

  @Test
  void tellsOfAPolicyThatIsWrittenBySql() {
    String app = platform.started("shop");
    platform
        .data()
        .database()
        .useTransaction(db ->
            db.execute(
                "update apps set annotations = '{\"bellows.internal/sleep-after\": \"1m\"}' where guid = ?",
                app));
    Eventually.until("it is told", () -> Integer.valueOf(60).equals(told().afterSeconds()));
  }

  @Test
  void takesThePolicyFromTheManifest() {
    String app = platform.started("shop");
    manifest("  sleep-after: 2s\n  max-lifetime: 24h\n  concurrency: 5\n  wake-page: true\n");
    Eventually.until(
        "it is told", () -> told().equals(new Sleep(2, 86_400, 5, false, false, true)));
    assertThat(platform.get("/v3/apps/" + app + "/manifest").response().body())
        .contains("sleep-after: 2s", "wake-page: 'true'")
        .doesNotContain("bellows.internal");
  }

  @Test
  void neverSleepsWithoutARouteOrAHealthCheckOfItsPort() {
    String app = platform.started("shop");
    Answer changed =
        platform.patch(
            "/v3/apps/" + app + "/processes/web", "{\"health_check\":{\"type\":\"process\"}}");
    assertThat(changed.status()).isEqualTo(200);
    Eventually.until("it is told", () -> told().afterSeconds() == null);

    platform.patch("/v3/apps/" + app + "/processes/web", "{\"health_check\":{\"type\":\"port\"}}");
    Eventually.until("it may sleep", () -> told().afterSeconds() != null);
    manifest("  no-route: true\n");
    Eventually.until("it has no route", () -> told().afterSeconds() == null);
    assertThat(post(app, "actions/sleep", "{}").error()).startsWith("The app never sleeps");
  }

  @Test
  void saysWhatIsWrongWithAPolicy() {
    String app = platform.started("shop");
    Answer refused =
        platform.patch(
            "/v3/apps/" + app,
            "{\"metadata\":{\"labels\":{\"bellows.internal/sleep-after\":\"900\","
                + "\"bellows.internal/sleepy\":\"1\"}}}");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.error())
        .contains("sleep-after must be never, or a duration", "sleepy is unknown");
    assertThat(
            platform
                .yaml(
                    "/v3/spaces/space-1/actions/apply_manifest",
                    "applications:\n- name: shop\n  concurrency: lots\n")
                .error())
        .contains("For application 'shop': concurrency must be a number");
  }

  @Test
  void aSleepingInstanceIsRunningForClients() {
    String app = platform.started("shop");
    assertThat(post(app, "actions/sleep", "{}").status()).isEqualTo(202);
    Eventually.until(
        "it sleeps", () -> stats(app).body().at("/resources/0/sleep/asleep").asBoolean());
    Answer asleep = stats(app);
    assertThat(asleep.text("/resources/0/state")).isEqualTo("RUNNING");
    assertThat(asleep.text("/resources/0/details")).startsWith("asleep");
    Answer listed = platform.get("/v3/processes?embed=process_instances");
    assertThat(listed.text("/resources/0/process_instances/0/state")).isEqualTo("RUNNING");
    assertThat(listed.body().at("/resources/0/process_instances/0/asleep").asBoolean()).isTrue();

    assertThat(post(app, "actions/wake", "{}").status()).isEqualTo(202);
    Eventually.until(
        "it is awake", () -> !stats(app).body().at("/resources/0/sleep/asleep").asBoolean());
    assertThat(
            platform
                .data()
                .database()
                .<List<String>>inTransaction(db ->
                    db.createQuery("select type from audit_events where type = 'audit.app.stop'")
                        .mapTo(String.class)
                        .list()))
        .isEmpty();
  }

  @Test
  void wakesAnAppByTheClockOnce() throws Exception {
    List<String> calls = new CopyOnWriteArrayList<>();
    HttpServer job =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    job.createContext(
        "/",
        exchange -> {
          calls.add(exchange.getRequestHeaders().getFirst("Host") + exchange.getRequestURI());
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    job.start();
    try {
      String app = platform.started("shop");
      sql("update placements set port = " + job.getAddress().getPort());
      Answer added = post(app, "wakes", "{\"cron\":\"*/15 * * * *\",\"path\":\"/job?x=1\"}");
      assertThat(added.status()).isEqualTo(201);
      sql("update scheduled_wakes set next_at = now()");
      Eventually.until(
          "the job has run",
          Duration.ofSeconds(20),
          () ->
              platform
                  .get("/bellows/v1/apps/" + app + "/wakes")
                  .text("/resources/0/last_result")
                  .startsWith("answered 204"));
      assertThat(calls).containsExactly("shop.example.test/job?x=1");
      assertThat(
              platform.delete("/bellows/v1/apps/" + app + "/wakes/" + added.text("/guid")).status())
          .isEqualTo(204);
      assertThat(post(app, "wakes", "{\"cron\":\"often\"}").error()).contains("five fields");
    } finally {
      job.stop(0);
    }
  }

  private void sql(String statement) {
    platform.data().database().useTransaction(db -> db.execute(statement));
  }

  private Sleep told() {
    StartInstance last = host.starts().getLast();
    return Objects.requireNonNull(last.sleep());
  }

  private void label(String app, String labels) {
    Answer changed =
        platform.patch("/v3/apps/" + app, "{\"metadata\":{\"labels\":{" + labels + "}}}");
    assertThat(changed.status()).as(changed.body().toString()).isEqualTo(200);
  }

  private void manifest(String keys) {
    Answer job =
        platform.job(
            platform.yaml(
                "/v3/spaces/space-1/actions/apply_manifest",
                "applications:\n- name: shop\n" + keys));
    assertThat(job.text("/state")).as(job.body().toString()).isEqualTo("COMPLETE");
  }

  private Answer post(String app, String what, String body) {
    return platform.post("/bellows/v1/apps/" + app + "/" + what, body);
  }

  private Answer stats(String app) {
    return platform.get("/v3/apps/" + app + "/processes/web/stats");
  }
}
