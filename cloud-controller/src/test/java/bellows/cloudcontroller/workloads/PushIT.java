package bellows.cloudcontroller.workloads;

import static bellows.cloudcontroller.workloads.TestPlatform.OTHER_SPACE;
import static bellows.cloudcontroller.workloads.TestPlatform.SPACE;
import static bellows.cloudcontroller.workloads.TestPlatform.STRANGER;
import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.blobstore.BlobKey;
import bellows.cloudcontroller.workloads.TestPlatform.Answer;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.TaskId;
import bellows.contracts.routing.RouterRegister;
import bellows.contracts.routing.UriOptions;
import bellows.contracts.staging.StagingReply;
import bellows.contracts.staging.StagingStart;
import bellows.contracts.testing.FakeDea;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PushIT {
  private static final String BIG = "0123456789abcdef".repeat(4096);

  @TempDir Path directory;
  private TestPlatform platform;
  private FakeDea host;

  @BeforeEach
  void start() throws Exception {
    platform = new TestPlatform(directory);
    host = platform.host("host-1");
    host.stagingBy(this::stage);
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  @Test
  void includesAnAppsSpaceAndItsOrg() {
    String app = createApp("shop");
    for (String path : List.of("/v3/apps/" + app, "/v3/apps")) {
      Answer answer = platform.get(path + "?include=space,space.organization");
      assertThat(answer.text("/included/spaces/0/guid")).isEqualTo(SPACE);
      assertThat(answer.text("/included/organizations/0/guid"))
          .isNotEmpty()
          .isEqualTo(answer.text("/included/spaces/0/relationships/organization/data/guid"));
    }
  }

  @Test
  void fromSourceToRunningInstance() {
    String app = createApp("shop");
    String droplet = push(app, zip());
    Answer started = start(app, droplet);
    assertThat(started.text("/state")).isEqualTo("STARTED");
    Eventually.until("it runs", () -> states(app).equals(List.of("RUNNING")));
    assertThat(host.instances()).hasSize(1);
    assertThat(host.starts().getFirst().env()).contains("CF_PROCESS_TYPE=web", "COLOR=blue");
    assertThat(host.starts().getFirst().startCommand()).isEqualTo("node app.js");
    byte[] downloaded =
        platform
            .raw("GET", String.valueOf(host.starts().getFirst().executableUri()), new byte[0])
            .body();
    assertThat(new String(downloaded, StandardCharsets.UTF_8)).isEqualTo("droplet");
  }

  @Test
  void aCopiedDropletRunsInAnotherApp() {
    String original = createApp("shop");
    String droplet = push(original, zip());
    String app = createApp("branch");
    String body = "{\"relationships\":{\"app\":{\"data\":{\"guid\":\"" + app + "\"}}}}";
    Answer copied = platform.post("/v3/droplets?source_guid=" + droplet, body);
    assertThat(copied.status()).isEqualTo(201);
    assertThat(copied.text("/state")).isEqualTo("STAGED");
    assertThat(copied.text("/guid")).isNotEqualTo(droplet);
    platform.delete("/v3/apps/" + original);
    start(app, copied.text("/guid"));
    Eventually.until("it runs", () -> states(app).equals(List.of("RUNNING")));
    assertThat(host.starts().getLast().startCommand()).isEqualTo("node app.js");
    assertThat(platform.blobs().size(new BlobKey("droplets", copied.text("/guid")))).contains(7L);
    assertThat(platform.post("/v3/droplets?source_guid=none", body).status()).isEqualTo(422);
  }

  @Test
  void everyStepSurvivesARestart() {
    String app = createApp("shop");
    platform.restart();
    String appPackage = createPackage(app);
    platform.restart();
    assertThat(upload(appPackage, zip()).text("/state")).isEqualTo("READY");
    platform.restart();
    String build = platform.post("/v3/builds", buildOf(appPackage)).text("/guid");
    platform.restart();
    String droplet = staged(build);
    platform.restart();
    start(app, droplet);
    platform.restart();
    Eventually.until(
        "it runs", Duration.ofSeconds(20), () -> states(app).equals(List.of("RUNNING")));
    assertThat(host.instances()).hasSize(1);
  }

  @Test
  void aRestartInMidStagingGivesOneDroplet() {
    AtomicInteger asked = new AtomicInteger();
    host.stagingBy(start -> asked.incrementAndGet() == 1 ? Optional.empty() : stage(start));
    String app = createApp("shop");
    String appPackage = createPackage(app);
    upload(appPackage, zip());
    String build = platform.post("/v3/builds", buildOf(appPackage)).text("/guid");
    Eventually.until("staging has begun", () -> asked.get() == 1);
    platform.restart();
    host.close();
    host.start();
    String droplet = staged(build);
    assertThat(platform.get("/v3/apps/" + app + "/droplets").text("/pagination/total_results"))
        .isEqualTo("1");
    assertThat(platform.blobs().size(new BlobKey("droplets", droplet))).contains(7L);
    assertThat(platform.blobs().list("droplet-uploads")).isEmpty();
  }

  @Test
  void aHostThatDiesOverABuildIsReplaced() {
    AtomicInteger asked = new AtomicInteger();
    host.stagingBy(start -> asked.incrementAndGet() == 1 ? Optional.empty() : stage(start));
    String appPackage = createPackage(createApp("shop"));
    upload(appPackage, zip());
    String build = platform.post("/v3/builds", buildOf(appPackage)).text("/guid");
    Eventually.until("staging has begun", () -> asked.get() == 1);
    host.close();
    host.start();
    staged(build);
    assertThat(asked).hasValue(2);
  }

  @Test
  void aHostThatDiesTwiceOverABuildFailsIt() {
    AtomicInteger asked = new AtomicInteger();
    host.stagingBy(_ -> {
      asked.incrementAndGet();
      return Optional.empty();
    });
    String appPackage = createPackage(createApp("shop"));
    upload(appPackage, zip());
    String build = platform.post("/v3/builds", buildOf(appPackage)).text("/guid");
    for (int attempt = 1; attempt <= 2; attempt++) {
      int times = attempt;
      Eventually.until("staging has begun", () -> asked.get() == times);
      host.close();
      host.start();
    }
    Eventually.until("it failed", () -> buildState(build).equals("FAILED"));
    assertThat(platform.get("/v3/builds/" + build).text("/error"))
        .startsWith("StagingError - staging was interrupted 2 times");
  }

  @Test
  void aBuildEndsWithItsApp() {
    host.stagingBy(_ -> Optional.empty());
    String app = createApp("shop");
    String appPackage = createPackage(app);
    upload(appPackage, zip());
    platform.post("/v3/builds", buildOf(appPackage));
    Eventually.until("staging has begun", () -> host.staged().size() == 1);
    assertThat(platform.job(platform.delete("/v3/apps/" + app)).text("/state"))
        .isEqualTo("COMPLETE");
    String second = createPackage(createApp("blog"));
    upload(second, zip());
    host.stagingBy(this::stage);
    staged(platform.post("/v3/builds", buildOf(second)).text("/guid"));
  }

  @Test
  void aFailedBuildSaysWhy() {
    host.stagingBy(start ->
        Optional.of(
            StagingReply.failed(start.task(), "NoAppDetectedError", "no buildpack wants it")));
    String appPackage = createPackage(createApp("shop"));
    upload(appPackage, zip());
    String build = platform.post("/v3/builds", buildOf(appPackage)).text("/guid");
    Eventually.until("it failed", () -> buildState(build).equals("FAILED"));
    assertThat(platform.get("/v3/builds/" + build).text("/error"))
        .isEqualTo("NoAppDetectedError - no buildpack wants it");
  }

  @Test
  void ofTwoUploadsAtOnceOneWins() {
    String appPackage = createPackage(createApp("shop"));
    List<Integer> statuses =
        IntStream.range(0, 2)
            .parallel()
            .mapToObj(_ -> upload(appPackage, zip()).status())
            .sorted()
            .toList();
    assertThat(statuses).containsExactly(200, 422);
    assertThat(platform.get("/v3/packages/" + appPackage).text("/state")).isEqualTo("READY");
    assertThat(platform.blobs().list("package-uploads")).isEmpty();
  }

  @Test
  void ofTwoBuildsAtOnceOneIsRefused() {
    host.stagingBy(_ -> Optional.empty());
    String appPackage = createPackage(createApp("shop"));
    upload(appPackage, zip());
    assertThat(platform.post("/v3/builds", buildOf(appPackage)).status()).isEqualTo(201);
    Answer second = platform.post("/v3/builds", buildOf(appPackage));
    assertThat(second.status()).isEqualTo(422);
    assertThat(second.text("/errors/0/title")).isEqualTo("CF-StagingInProgress");
  }

  @Test
  void knownFilesNeedNotBeSentAgain() {
    String app = createApp("shop");
    upload(createPackage(app), Multipart.zip(Map.of("app.js", "x", "big.txt", BIG)));
    String sha1 = "%s".formatted(sha1(BIG));
    String asked =
        """
        [{"path":"lib/big.txt","mode":"755","checksum":{"value":"%s"},"size_in_bytes":%d}]\
        """
            .formatted(sha1, BIG.length());
    Eventually.until("it is kept", () -> matches(asked) == 1);
    assertThat(platform.as(STRANGER).get("/v3/apps").status()).isEqualTo(200);
    assertThat(matches(asked)).as("another org's files stay unknown").isZero();
    platform.as(TestPlatform.DEVELOPER);
    String second = createPackage(app);
    Answer uploaded = platform.upload("/v3/packages/" + second + "/upload", null, asked);
    assertThat(uploaded.text("/state")).isEqualTo("READY");
  }

  @Test
  void aBrokenZipFailsThePackageAndLeavesNothing() {
    String appPackage = createPackage(createApp("shop"));
    Answer answer = upload(appPackage, "this is no zip".getBytes(StandardCharsets.UTF_8));
    assertThat(answer.text("/state")).isEqualTo("FAILED");
    assertThat(answer.text("/data/error")).contains("invalid");
    assertThat(platform.blobs().list("packages")).isEmpty();
    assertThat(platform.blobs().list("package-uploads")).isEmpty();
    assertThat(directory.resolve("uploads")).isEmptyDirectory();
  }

  @Test
  void aPathOutOfThePackageIsRefused() {
    String appPackage = createPackage(createApp("shop"));
    Answer answer = upload(appPackage, Multipart.zip(Map.of("../evil", "x")));
    assertThat(answer.text("/state")).isEqualTo("FAILED");
    assertThat(answer.text("/data/error")).contains("../evil");
  }

  @Test
  void stopScaleRestartAndDelete() {
    String app = createApp("shop");
    start(app, push(app, zip()));
    Eventually.until("it runs", () -> states(app).equals(List.of("RUNNING")));
    platform.post("/v3/apps/" + app + "/processes/web/actions/scale", "{\"instances\":3}");
    Eventually.until(
        "three run", () -> states(app).equals(List.of("RUNNING", "RUNNING", "RUNNING")));
    platform.post("/v3/apps/" + app + "/processes/web/actions/scale", "{\"instances\":1}");
    Eventually.until("one runs", () -> host.instances().size() == 1);
    assertThat(host.instances().getFirst().start().index()).isZero();
    var before = host.instances().getFirst().id();
    platform.post("/v3/apps/" + app + "/actions/restart", "");
    Eventually.until(
        "another one runs",
        () -> host.instances().size() == 1 && !host.instances().getFirst().id().equals(before));
    platform.post("/v3/apps/" + app + "/actions/stop", "");
    Eventually.until("none runs", () -> host.instances().isEmpty());
    assertThat(platform.job(platform.delete("/v3/apps/" + app)).text("/state"))
        .isEqualTo("COMPLETE");
    assertThat(platform.get("/v3/apps/" + app).status()).isEqualTo(404);
    assertThat(platform.blobs().list("droplets")).isEmpty();
    assertThat(platform.blobs().list("packages")).isEmpty();
  }

  @Test
  void aTerminatedInstanceIsReplaced() {
    String app = createApp("shop");
    start(app, push(app, zip()));
    Eventually.until("it runs", () -> states(app).equals(List.of("RUNNING")));
    var before = host.instances().getFirst().id();
    assertThat(platform.delete("/v3/apps/" + app + "/processes/web/instances/0").status())
        .isEqualTo(204);
    Eventually.until(
        "another one runs",
        () -> host.instances().size() == 1 && !host.instances().getFirst().id().equals(before));
    assertThat(platform.delete("/v3/apps/" + app + "/processes/web/instances/7").error())
        .isEqualTo("Instance not found");
  }

  @Test
  void anExtraInstanceIsStopped() {
    String app = createApp("shop");
    start(app, push(app, zip()));
    Eventually.until("it runs", () -> states(app).equals(List.of("RUNNING")));
    platform.data().database().useTransaction(db -> db.execute("delete from placements"));
    Eventually.until(
        "its replacement is the only one",
        () -> host.instances().size() == 1 && host.starts().size() >= 2);
  }

  @Test
  void aRollingDeploymentReplacesInstanceByInstance() {
    String app = createApp("shop");
    start(app, push(app, zip()));
    platform.post("/v3/apps/" + app + "/processes/web/actions/scale", "{\"instances\":2}");
    Eventually.until("two run", () -> states(app).equals(List.of("RUNNING", "RUNNING")));
    host.startsAs(InstanceState.STARTING);
    String deployment =
        platform.post("/v3/deployments", deploymentOf(app, push(app, zip()))).text("/guid");
    Eventually.until("a third one starts", () -> host.instances().size() == 3);
    platform.restart();
    assertThat(running()).isEqualTo(2);
    Eventually.until(
        "all are replaced",
        Duration.ofSeconds(30),
        () -> {
          assertThat(running()).as("never fewer than before").isGreaterThanOrEqualTo(2);
          host.move(InstanceState.STARTING, InstanceState.RUNNING);
          return reason(deployment).equals("DEPLOYED");
        });
    Eventually.until("the old ones are gone", () -> host.instances().size() == 2);
    assertThat(
            platform
                .get("/v3/apps/" + app + "/processes?types=web")
                .text("/pagination/total_results"))
        .isEqualTo("1");
  }

  @Test
  void aDeploymentThatCrashesIsRolledBack() {
    String app = createApp("shop");
    String good = push(app, zip());
    start(app, good);
    Eventually.until("it runs", () -> states(app).equals(List.of("RUNNING")));
    host.startsAs(InstanceState.CRASHED);
    String deployment =
        platform.post("/v3/deployments", deploymentOf(app, push(app, zip()))).text("/guid");
    Eventually.until(
        "it is rolled back", Duration.ofSeconds(30), () -> reason(deployment).equals("CANCELED"));
    assertThat(platform.get("/v3/deployments/" + deployment).text("/status/details/error"))
        .contains("exit code 1");
    assertThat(platform.get("/v3/apps/" + app + "/droplets/current").text("/guid")).isEqualTo(good);
    Eventually.until("the old one runs alone", () -> host.instances().size() == 1);
    assertThat(states(app)).containsExactly("RUNNING");
  }

  @Test
  void aCrashIsInTheHistory() {
    String app = createApp("shop");
    start(app, push(app, zip()));
    Eventually.until("it runs", () -> states(app).equals(List.of("RUNNING")));
    host.crash(0, "out of memory");
    Eventually.until(
        "it is written down",
        () ->
            platform
                .data()
                .database()
                .inTransaction(db ->
                    db.createQuery(
                            "select data ->> 'exit_description' from audit_events where type = 'app.crash'")
                        .mapTo(String.class)
                        .list())
                .equals(List.of("out of memory")));
    assertThat(states(app)).containsExactly("CRASHED");
  }

  @Test
  void aManifestMakesAnAppAndSaysWhatItWouldChange() {
    String manifest =
        """
        applications:
        - name: shop
          memory: 256M
          instances: 2
          env: {A: "1", B: 2}
          default-route: true
          metadata: {labels: {team: blue}}
        """;
    Answer job = platform.job(platform.yaml("/v3/spaces/space-1/actions/apply_manifest", manifest));
    assertThat(job.text("/state")).as(job.body().toString()).isEqualTo("COMPLETE");
    String app = platform.get("/v3/apps?names=shop").text("/resources/0/guid");
    assertThat(platform.get("/v3/apps/" + app + "/processes/web").text("/memory_in_mb"))
        .isEqualTo("256");
    assertThat(platform.get("/v3/apps/" + app + "/env").text("/environment_variables/B"))
        .isEqualTo("2");
    assertThat(
            platform
                .get("/v3/apps/" + app + "/env")
                .text("/application_env_json/VCAP_APPLICATION/uris/0"))
        .isEqualTo("shop.example.test");
    Answer same = platform.yaml("/v3/spaces/space-1/manifest_diff", manifest);
    assertThat(same.status()).isEqualTo(201);
    assertThat(same.body().at("/diff").size()).as(same.body().toString()).isZero();
    Answer other =
        platform.yaml("/v3/spaces/space-1/manifest_diff", manifest.replace("256M", "1G"));
    assertThat(other.text("/diff/0/path")).isEqualTo("/applications/0/memory");
    String exported = platform.get("/v3/apps/" + app + "/manifest").response().body();
    Answer again = platform.yaml("/v3/spaces/space-1/manifest_diff", exported);
    assertThat(again.body().at("/diff").size()).as(exported + again.body()).isZero();
  }

  @Test
  void aRouteChangeReachesTheHost() {
    String app = createApp("shop");
    start(app, push(app, zip()));
    Eventually.until("it runs", () -> states(app).equals(List.of("RUNNING")));
    platform.job(
        platform.yaml(
            "/v3/spaces/space-1/actions/apply_manifest",
            "applications: [{name: shop, routes: [{route: new.example.test/path}]}]"));
    Eventually.until(
        "the host knows",
        () -> host.uris(new AppGuid(app)).uris().equals(List.of("new.example.test/path")));
  }

  @Test
  void theOptionsOfARouteReachTheHostWhileItRuns() {
    String app = createApp("shop");
    String manifest =
        """
        applications:
        - name: shop
          routes:
          - route: shop.example.test
            options: {loadbalancing: least-connection, rate_limit: 100/m, compression: on}
        """;
    platform.job(platform.yaml("/v3/spaces/space-1/actions/apply_manifest", manifest));
    start(app, push(app, zip()));
    Eventually.until("it runs", () -> states(app).equals(List.of("RUNNING")));
    assertThat(host.starts().getLast().uriOptions())
        .containsEntry(
            "shop.example.test",
            new UriOptions(new RouterRegister.Options("least-connection", "100/m", "on"), null));
    assertThat(
            platform.yaml("/v3/spaces/space-1/manifest_diff", manifest).body().at("/diff").size())
        .isZero();
    String route = platform.get("/v3/apps/" + app + "/routes").text("/resources/0/guid");
    platform.patch(
        "/v3/routes/" + route, "{\"options\":{\"loadbalancing\":null,\"rate_limit\":\"5/s\"}}");
    hears(app, new UriOptions(new RouterRegister.Options(null, "5/s", "on"), null));
    platform.job(
        platform.yaml(
            "/v3/spaces/space-1/actions/apply_manifest",
            manifest.replace("compression: on", "compression: null")));
    hears(app, new UriOptions(new RouterRegister.Options("least-connection", "100/m", null), null));
  }

  @Test
  void theRouteServiceOfARouteReachesTheHostWhileItRuns() {
    String app = createApp("shop");
    platform.job(
        platform.yaml(
            "/v3/spaces/space-1/actions/apply_manifest",
            "applications: [{name: shop, routes: [{route: shop.example.test}]}]"));
    start(app, push(app, zip()));
    Eventually.until("it runs", () -> states(app).equals(List.of("RUNNING")));
    String route = platform.get("/v3/apps/" + app + "/routes").text("/resources/0/guid");
    String instance =
        platform
            .post(
                "/v3/service_instances",
                """
                {"type":"user-provided","name":"guard","route_service_url":"https://guard.test",
                 "relationships":{"space":{"data":{"guid":"space-1"}}}}\
                """)
            .text("/guid");
    String binding = bind(instance, route);
    hears(app, new UriOptions(null, "https://guard.test"));
    platform.patch(
        "/v3/service_instances/" + instance, "{\"route_service_url\":\"https://other.test\"}");
    hears(app, new UriOptions(null, "https://other.test"));
    platform.delete("/v3/service_route_bindings/" + binding);
    hears(app, UriOptions.NONE);
    bind(instance, route);
    hears(app, new UriOptions(null, "https://other.test"));
    platform.delete("/v3/service_instances/" + instance);
    hears(app, UriOptions.NONE);
  }

  private String bind(String instance, String route) {
    return platform
        .post(
            "/v3/service_route_bindings",
            """
            {"relationships":{"service_instance":{"data":{"guid":"%s"}},
             "route":{"data":{"guid":"%s"}}}}\
            """
                .formatted(instance, route))
        .text("/guid");
  }

  private void hears(String app, UriOptions wanted) {
    Eventually.until(
        "the host knows " + wanted,
        () ->
            host.uris(new AppGuid(app))
                .options()
                .getOrDefault("shop.example.test", UriOptions.NONE)
                .equals(wanted));
  }

  @Test
  void whatIsWrongSaysSo() {
    String app = createApp("shop");
    assertThat(platform.post("/v3/apps", appNamed("SHOP")).error())
        .isEqualTo("App with the name 'SHOP' already exists.");
    assertThat(platform.post("/v3/apps", "{").status()).isEqualTo(400);
    assertThat(platform.post("/v3/apps", "{\"nme\":\"x\"}").error()).contains("Unknown field");
    assertThat(platform.post("/v3/apps/" + app + "/actions/start", "").error())
        .isEqualTo("Assign a droplet before starting this app.");
    assertThat(platform.get("/v3/apps/" + app + "/droplets/current").error())
        .isEqualTo("Droplet not found");
    assertThat(platform.post("/v3/builds", buildOf("nothing")).status()).isEqualTo(422);
    assertThat(platform.post("/v3/builds", buildOf(createPackage(app))).error())
        .isEqualTo("Bad request: Cannot stage package whose state is not ready.");
    assertThat(
            platform
                .patch("/v3/apps/" + app + "/environment_variables", "{\"var\":{\"VCAP_X\":\"1\"}}")
                .status())
        .isEqualTo(422);
    assertThat(
            platform
                .yaml(
                    "/v3/spaces/space-1/actions/apply_manifest",
                    "applications: [{name: a, memory: lots}]")
                .error())
        .startsWith("For application 'a': ");
    assertThat(
            platform
                .yaml(
                    "/v3/spaces/space-1/actions/apply_manifest",
                    "a: &x 1\napplications: [{name: *x}]")
                .status())
        .isEqualTo(400);
  }

  @Test
  void anotherOrgSeesNothing() {
    String app = createApp("shop");
    String appPackage = createPackage(app);
    platform.as(STRANGER);
    assertThat(platform.get("/v3/apps/" + app).error()).isEqualTo("App not found");
    assertThat(platform.get("/v3/apps").text("/pagination/total_results")).isEqualTo("0");
    assertThat(platform.get("/v3/packages/" + appPackage).status()).isEqualTo(404);
    assertThat(upload(appPackage, zip()).status()).isEqualTo(404);
    assertThat(platform.post("/v3/builds", buildOf(appPackage)).status()).isEqualTo(422);
    assertThat(platform.delete("/v3/apps/" + app).status()).isEqualTo(404);
    assertThat(platform.post("/v3/apps", appNamed("shop")).status()).isEqualTo(422);
    assertThat(platform.post("/v3/apps", appNamed("shop").replace(SPACE, OTHER_SPACE)).status())
        .isEqualTo(201);
  }

  @Test
  void tooLittleRoomSaysSo() {
    String app = createApp("shop");
    String droplet = push(app, zip());
    platform.post("/v3/apps/" + app + "/processes/web/actions/scale", "{\"memory_in_mb\":8000}");
    start(app, droplet);
    Eventually.until(
        "the reason is shown",
        () ->
            platform
                .get("/v3/apps/" + app + "/processes/web/stats")
                .text("/resources/0/details")
                .startsWith("insufficient resources"));
    assertThat(
            platform
                .post("/v3/apps/" + app + "/processes/web/actions/scale", "{\"instances\":2}")
                .error())
        .startsWith("memory quota_exceeded");
  }

  private Optional<StagingReply> stage(StagingStart start) {
    platform.raw("PUT", start.uploadUri(), "droplet".getBytes(StandardCharsets.UTF_8));
    return Optional.of(staged(start.task()));
  }

  private static StagingReply staged(TaskId task) {
    return new StagingReply(
        task,
        null,
        "node",
        null,
        sha1("droplet"),
        "node app.js",
        Map.of("web", "node app.js", "worker", "node worker.js"),
        null,
        null,
        "00",
        7L,
        List.of(new StagingReply.UsedBuildpack("node", "node 1", "1.0")));
  }

  private String createApp(String name) {
    Answer created = platform.post("/v3/apps", appNamed(name));
    assertThat(created.status()).as(created.body().toString()).isEqualTo(201);
    return created.text("/guid");
  }

  private static String appNamed(String name) {
    return """
    {"name":"%s","environment_variables":{"COLOR":"blue"},
     "relationships":{"space":{"data":{"guid":"%s"}}}}\
    """
        .formatted(name, SPACE);
  }

  private String createPackage(String app) {
    Answer created =
        platform.post(
            "/v3/packages",
            "{\"type\":\"bits\",\"relationships\":{\"app\":{\"data\":{\"guid\":\"%s\"}}}}"
                .formatted(app));
    assertThat(created.status()).as(created.body().toString()).isEqualTo(201);
    return created.text("/guid");
  }

  private Answer upload(String appPackage, byte[] zip) {
    return platform.upload("/v3/packages/" + appPackage + "/upload", zip, "[]");
  }

  private static byte[] zip() {
    return Multipart.zip(Map.of("app.js", "console.log(1)"));
  }

  /** The guid of the droplet. */
  private String push(String app, byte[] zip) {
    String appPackage = createPackage(app);
    assertThat(upload(appPackage, zip).text("/state")).isEqualTo("READY");
    Answer build = platform.post("/v3/builds", buildOf(appPackage));
    assertThat(build.status()).as(build.body().toString()).isEqualTo(201);
    return staged(build.text("/guid"));
  }

  private static String buildOf(String appPackage) {
    return "{\"package\":{\"guid\":\"%s\"}}".formatted(appPackage);
  }

  private String staged(String build) {
    Eventually.until(
        "it is staged", Duration.ofSeconds(40), () -> !buildState(build).equals("STAGING"));
    Answer ended = platform.get("/v3/builds/" + build);
    assertThat(ended.text("/state")).as(ended.body().toString()).isEqualTo("STAGED");
    return ended.text("/droplet/guid");
  }

  private String buildState(String build) {
    return platform.get("/v3/builds/" + build).text("/state");
  }

  private Answer start(String app, String droplet) {
    assertThat(
            platform
                .patch(
                    "/v3/apps/" + app + "/relationships/current_droplet",
                    "{\"data\":{\"guid\":\"%s\"}}".formatted(droplet))
                .status())
        .isEqualTo(200);
    Answer started = platform.post("/v3/apps/" + app + "/actions/start", "");
    assertThat(started.status()).as(started.body().toString()).isEqualTo(200);
    return started;
  }

  private List<String> states(String app) {
    List<String> states = new ArrayList<>();
    platform
        .get("/v3/apps/" + app + "/processes/web/stats")
        .body()
        .at("/resources")
        .forEach(entry -> states.add(entry.at("/state").asString()));
    return states;
  }

  private static String deploymentOf(String app, String droplet) {
    return """
    {"droplet":{"guid":"%s"},"strategy":"rolling",
     "options":{"max_in_flight":1,"web_instances":null,"memory_in_mb":null},
     "relationships":{"app":{"data":{"guid":"%s"}}}}\
    """
        .formatted(droplet, app);
  }

  private String reason(String deployment) {
    return platform.get("/v3/deployments/" + deployment).text("/status/reason");
  }

  private int running() {
    return (int)
        host.instances().stream().filter(each -> each.state() == InstanceState.RUNNING).count();
  }

  private int matches(String resources) {
    return platform
        .post("/v3/resource_matches", "{\"resources\":" + resources + "}")
        .body()
        .at("/resources")
        .size();
  }

  private static String sha1(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
