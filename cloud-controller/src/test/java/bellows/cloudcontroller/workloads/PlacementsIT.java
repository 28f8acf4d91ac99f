package bellows.cloudcontroller.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.cloudcontroller.workloads.TestPlatform.Answer;
import bellows.cmdb.Database;
import bellows.contracts.Subjects;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.routing.RouteGrants;
import bellows.contracts.routing.RouterGreeting;
import bellows.contracts.testing.FakeDea;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Placements as records: to edit one is to move, to scale; and every edit has a way back. */
class PlacementsIT {
  @TempDir Path directory;
  private TestPlatform platform;
  private FakeDea one;

  @BeforeEach
  void start() throws Exception {
    platform = new TestPlatform(directory);
    one = platform.host("host-1");
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  @Test
  void aMovedInstanceRunsOnTheNewHostBeforeItLeavesTheOldOne() {
    String app = platform.started("shop");
    FakeDea two = platform.host("host-2");
    two.startsAs(InstanceState.STARTING);
    Answer moved = platform.as(TestPlatform.ADMIN).patch(placement(app, 0), host("host-2"));
    assertThat(moved.status()).as(moved.body().toString()).isEqualTo(200);
    Eventually.until("it starts there", () -> two.instances().size() == 1);
    assertThat(one.instances()).as("it is not up there yet").hasSize(1);
    two.move(InstanceState.STARTING, InstanceState.RUNNING);
    Eventually.until("it has left", () -> one.instances().isEmpty());
    assertThat(two.starts().getFirst().port())
        .as("the port is free there, so it is the same")
        .isEqualTo(one.starts().getFirst().port());
  }

  @Test
  void routersHearWhichRoutesAnAppMayHaveAndFromWhere() {
    Map<String, RouteGrants.Grant> heard = new ConcurrentHashMap<>();
    platform
        .bus()
        .subscribe(
            Subjects.ROUTE_GRANTS,
            news ->
                news.message()
                    .ifPresent(all -> all.grants().forEach(one -> heard.put(one.app(), one))));
    String app = platform.started("shop");
    StartInstance start = one.starts().getFirst();
    assertThat(start.uris()).isNotEmpty();
    Eventually.until(
        "it is told of its placement",
        () ->
            heard.values().stream()
                .anyMatch(grant ->
                    grant.app().equals(app)
                        && grant.uris().equals(start.uris())
                        && grant.addresses().stream()
                            .anyMatch(address -> address.endsWith(":" + start.port()))));
    heard.clear();
    bySql("delete from route_destinations");
    platform
        .bus()
        .publish(Subjects.ROUTER_START, new RouterGreeting("0-router", List.of(), 20, 120));
    Eventually.until("a router that starts is told of all", () -> heard.containsKey(app));
    assertThat(heard)
        .hasEntrySatisfying(
            app,
            grant -> {
              assertThat(grant.uris()).isEmpty();
              assertThat(grant.addresses()).hasSize(1);
            });
  }

  @Test
  void anEditBySqlMovesWithinASecond() {
    String app = platform.started("shop");
    FakeDea two = platform.host("host-2");
    // Again and again, since the look at everything each 10 s could be the one that finds it once.
    for (int i = 0; i < 3; i++) {
      movesBySql("host-2", two, one);
      movesBySql("host-1", one, two);
    }
    assertThat(summaries(app))
        .anyMatch(line -> line.contains("sql:") && line.contains("moved from host-1 to host-2"));
  }

  private void movesBySql(String host, FakeDea there, FakeDea here) {
    bySql("update placements set host = '" + host + "'");
    Eventually.until("it is there", Duration.ofSeconds(1), () -> there.instances().size() == 1);
    Eventually.until("it has left", () -> here.instances().isEmpty());
  }

  @Test
  void aMoveToAHostThatIsNotThereStopsNothing() {
    String app = platform.started("shop");
    bySql("update placements set host = 'hots-2'");
    Eventually.until(
        "it is said to be at home",
        Duration.ofSeconds(25),
        () ->
            platform
                .get("/bellows/v1/placements?hosts=host-1")
                .text("/pagination/total_results")
                .equals("1"));
    assertThat(summaries(app)).anyMatch(line -> line.contains("moved from hots-2 to host-1"));
    assertThat(one.instances()).hasSize(1);
    assertThat(one.instances().getFirst().start()).isEqualTo(one.starts().getFirst());
  }

  @Test
  void aSleepingInstanceMovesAsleep() {
    String app = platform.started("shop");
    platform.post("/bellows/v1/apps/" + app + "/actions/sleep", "{}");
    Eventually.until(
        "it sleeps",
        () ->
            platform
                .as(TestPlatform.ADMIN)
                .get(placement(app, 0))
                .body()
                .at("/asleep")
                .asBoolean());
    FakeDea two = platform.host("host-2");
    platform.patch(placement(app, 0), host("host-2"));
    Eventually.until("it is there", () -> two.instances().size() == 1);
    assertThat(two.starts().getFirst().sleep())
        .matches(sleep -> sleep != null && sleep.startAsleep());
  }

  @Test
  void addingAndDeletingPlacementsScales() {
    String app = platform.started("shop");
    platform.as(TestPlatform.ADMIN);
    Answer added =
        platform.post(
            "/bellows/v1/placements",
            "{\"relationships\":{\"app\":{\"data\":{\"guid\":\"" + app + "\"}}}}");
    assertThat(added.status()).as(added.body().toString()).isEqualTo(201);
    Eventually.until("two run", () -> one.instances().size() == 2);
    assertThat(instances(app)).isEqualTo(2);
    assertThat(platform.delete(placement(app, 1)).status()).isEqualTo(204);
    Eventually.until("one runs", () -> one.instances().size() == 1);
    assertThat(instances(app)).isEqualTo(1);
    bySql("insert into placements (process_guid, host) select guid, 'host-1' from processes");
    Eventually.until("two run again", () -> one.instances().size() == 2);
    assertThat(events())
        .as("what SQL did is in the history only")
        .containsExactly(
            "audit.app.placement.create admin {\"host\": \"host-1\", \"index\": 1}",
            "audit.app.placement.delete admin {\"host\": \"host-1\", \"index\": 1}");
  }

  @Test
  void onlyAdministratorsChangePlacementsAndStrangersSeeNone() {
    String app = platform.started("shop");
    String path = placement(app, 0);
    assertThat(platform.patch(path, host("host-1")).status()).isEqualTo(403);
    assertThat(platform.delete(path).status()).isEqualTo(403);
    assertThat(platform.as(TestPlatform.STRANGER).get(path).status()).isEqualTo(404);
    assertThat(platform.get("/bellows/v1/placements").text("/pagination/total_results"))
        .isEqualTo("0");
    assertThat(platform.get("/bellows/v1/apps/" + app + "/history").status()).isEqualTo(404);
    Answer nowhere = platform.as(TestPlatform.ADMIN).patch(path, host("host-9"));
    assertThat(nowhere.status()).isEqualTo(422);
    assertThat(nowhere.error()).isEqualTo("There is no host 'host-9'; there are: host-1");
  }

  @Test
  void undoBringsBackAMoveAScaleAndADeploy() {
    String app = platform.started("shop");
    FakeDea two = platform.host("host-2");
    platform.as(TestPlatform.ADMIN);

    platform.patch(placement(app, 0), host("host-2"));
    Eventually.until(
        "it has moved", () -> one.instances().isEmpty() && two.instances().size() == 1);
    assertThat(undo(app)).containsExactly("instance #0 moved from host-2 to host-1");
    Eventually.until("it is home", () -> two.instances().isEmpty() && one.instances().size() == 1);

    platform.post("/v3/apps/" + app + "/processes/web/actions/scale", "{\"instances\":3}");
    Eventually.until("three run", () -> one.instances().size() + two.instances().size() == 3);
    assertThat(undo(app)).containsExactly("scaled web 3 -> 1");
    Eventually.until("one runs", () -> one.instances().size() + two.instances().size() == 1);

    platform.deploy(app, "droplet-2");
    Eventually.until("the new one runs", () -> droplet(app).equals("droplet-2"));
    undo(app);
    Eventually.until("the old one runs", () -> droplet(app).equals("droplet-shop"));
    assertThat(
            platform.get("/v3/apps/" + app + "/relationships/current_droplet").text("/data/guid"))
        .isEqualTo("droplet-shop");
  }

  @Test
  void anUndoCanBeUndoneAndSaysWhenThereIsNothingLeft() {
    String app = platform.started("shop");
    platform.post("/v3/apps/" + app + "/processes/web/actions/scale", "{\"instances\":2}");
    Answer undone = platform.post("/bellows/v1/apps/" + app + "/undo", "{}");
    assertThat(undone.text("/summary/0")).isEqualTo("scaled web 2 -> 1");
    assertThat(undone.text("/undone/summary/0")).isEqualTo("scaled web 1 -> 2");
    Answer redone = undo(app, undone.text("/number"));
    assertThat(redone.text("/summary/0")).isEqualTo("scaled web 1 -> 2");
    assertThat(instances(app)).isEqualTo(2);
    Answer again = undo(app, undone.text("/number"));
    assertThat(again.status()).isEqualTo(422);
    assertThat(again.error()).contains("all of it is as it was before");
  }

  @Test
  void whatThePlatformDidByItselfIsNotTakenBack() {
    String app = platform.started("shop");
    Answer sets = platform.get("/bellows/v1/apps/" + app + "/history?actors=platform");
    Answer refused = undo(app, sets.text("/resources/0/number"));
    assertThat(refused.status()).as(refused.body().toString()).isEqualTo(422);
    assertThat(refused.error()).contains("was made by the platform itself");
  }

  @Test
  void aMoveOfAnAppThatIsStoppedByNowIsNotTakenBack() {
    String app = platform.started("shop");
    FakeDea two = platform.host("host-2");
    platform.as(TestPlatform.ADMIN).patch(placement(app, 0), host("host-2"));
    Eventually.until("it has moved", () -> two.instances().size() == 1);
    String move =
        platform
            .get("/bellows/v1/apps/" + app + "/history?actors=user:admin")
            .text("/resources/0/number");
    platform.post("/v3/apps/" + app + "/actions/stop", "{}");
    Eventually.until("it is stopped", () -> two.instances().isEmpty());
    Answer refused = undo(app, move);
    assertThat(refused.status()).as(refused.body().toString()).isEqualTo(422);
    assertThat(refused.error()).contains("instances that are not to run now");
    assertThat(platform.get("/bellows/v1/placements?app_guids=" + app).body().at("/resources"))
        .isEmpty();
  }

  @Test
  void historyTellsWhoDidWhatAndHowItWasThen() {
    String app = platform.started("shop");
    Eventually.until("it runs", () -> one.instances().size() == 1);
    String then =
        platform.get("/bellows/v1/apps/" + app + "/history").text("/resources/0/created_at");
    platform.post("/v3/apps/" + app + "/processes/web/actions/scale", "{\"instances\":2}");
    assertThat(summaries(app)).anyMatch(line -> line.equals("user:user-1 scaled web 1 -> 2"));
    assertThat(summaries(app))
        .anyMatch(line -> line.startsWith("platform instance #0 placed on host-1, 127.0.0.1:"));
    assertThat(
            platform
                .get("/bellows/v1/apps/" + app + "/history?actors%5Bnot%5D=platform,sql:eve")
                .body()
                .at("/resources"))
        .isNotEmpty()
        .allMatch(set -> set.at("/actor").asString().equals("user:user-1"));
    Answer past =
        platform.get(
            "/bellows/v1/apps/" + app + "/history/at/" + Instant.parse(then).plusSeconds(1));
    assertThat(past.text("/apps/0/facts/desired_state")).isEqualTo("STARTED");
    assertThat(past.text("/placements/0/facts/host")).isEqualTo("host-1");
    assertThat(
            platform
                .get("/bellows/v1/apps/" + app + "/history/at/2001-01-01T00:00:00Z")
                .body()
                .at("/apps"))
        .isEmpty();
  }

  private List<String> undo(String app) {
    Answer answer = platform.post("/bellows/v1/apps/" + app + "/undo", "{}");
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
    List<String> summary = new ArrayList<>();
    answer.body().at("/summary").forEach(line -> summary.add(line.asString()));
    return summary;
  }

  private Answer undo(String app, String change) {
    return platform.post("/bellows/v1/apps/" + app + "/undo", "{\"change\":" + change + "}");
  }

  private List<String> summaries(String app) {
    List<String> lines = new ArrayList<>();
    for (JsonNode set :
        platform.get("/bellows/v1/apps/" + app + "/history").body().at("/resources")) {
      set.at("/summary")
          .forEach(line -> lines.add(set.at("/actor").asString() + " " + line.asString()));
    }
    return lines;
  }

  private List<String> events() {
    return platform
        .data()
        .database()
        .inTransaction(db ->
            db.createQuery(
                    """
                    select type || ' ' || actor_name || ' ' || data from audit_events
                    where type like 'audit.app.placement.%' order by created_at\
                    """)
                .mapTo(String.class)
                .list());
  }

  private String placement(String app, int index) {
    return "/bellows/v1/placements/"
        + platform
            .get("/bellows/v1/placements?app_guids=" + app)
            .text("/resources/" + index + "/guid");
  }

  private static String host(String name) {
    return "{\"host\":\"" + name + "\"}";
  }

  private String droplet(String app) {
    return platform
        .get("/bellows/v1/placements?app_guids=" + app)
        .text("/resources/0/droplet_guid");
  }

  private int instances(String app) {
    return platform.get("/v3/apps/" + app + "/processes/web").body().at("/instances").asInt();
  }

  /** As from psql, which knows nothing of our setting. */
  private void bySql(String statement) {
    platform
        .data()
        .database()
        .useTransaction(db -> {
          Database.actAs(db, "");
          db.execute(statement);
        });
  }
}
