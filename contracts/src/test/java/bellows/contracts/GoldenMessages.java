package bellows.contracts;

import bellows.base.json.Json;
import bellows.contracts.components.ComponentAnnounce;
import bellows.contracts.dea.DeaAdvertise;
import bellows.contracts.dea.DeaChanges;
import bellows.contracts.dea.DeaHeartbeat;
import bellows.contracts.dea.DeaHello;
import bellows.contracts.dea.DropletExited;
import bellows.contracts.dea.FoundInstance;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.dea.UpdateInstances;
import bellows.contracts.health.HealthDecision;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.DeaId;
import bellows.contracts.ids.InstanceId;
import bellows.contracts.ids.PlacementId;
import bellows.contracts.ids.TaskId;
import bellows.contracts.logs.LogBatch;
import bellows.contracts.routing.RouteGrants;
import bellows.contracts.routing.RoutedUris;
import bellows.contracts.routing.RouterGreeting;
import bellows.contracts.routing.RouterRegister;
import bellows.contracts.routing.UriOptions;
import bellows.contracts.staging.StagingReply;
import bellows.contracts.staging.StagingStart;
import bellows.contracts.staging.StagingStop;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One message, or more, of each kind, by the name of its golden file. */
final class GoldenMessages {
  private static final AppGuid APP = new AppGuid("app-1");
  private static final AppVersion VERSION = new AppVersion("version-1");
  private static final InstanceId INSTANCE = new InstanceId("instance-1");
  private static final DeaId DEA = new DeaId("dea-1");
  private static final PlacementId PLACEMENT = new PlacementId("placement-1");
  private static final TaskId TASK = new TaskId("task-1");
  private static final double THEN = 1893456000.25;

  private GoldenMessages() {}

  static Map<String, Object> all() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("nothing", Nothing.NOTHING);
    addRouting(all);
    addComponents(all);
    addDea(all);
    addInstances(all);
    addHealth(all);
    addStaging(all);
    all.put(
        "bellows.logs",
        LogBatch.of(
            new LogBatch.Line("app-1", 1893456000123456789L, "APP/PROC/WEB", "0", false, "grüße")));
    return all;
  }

  private static void addRouting(Map<String, Object> all) {
    all.put(
        "router.register.component",
        RouterRegister.component(
            "cloud-controller", "10.0.0.5", 8081, List.of("api.example.org", "login.example.org")));
    all.put(
        "bellows.route.grants",
        RouteGrants.all(
                1_700_000_000_000L,
                List.of(
                    new RouteGrants.Grant(
                        "app-1",
                        List.of("shop.example.org", "example.org/shop"),
                        List.of("10.254.0.1:61001"),
                        List.of(1024))))
            .getFirst());
    all.put("router.register.tcp", RouterRegister.tcp("10.254.0.1", 61001, "app-1", List.of(1024)));
    all.put(
        "router.register.instance",
        RouterRegister.instance(
            "10.254.0.1",
            61001,
            List.of("shop.example.org", "example.org/shop"),
            "app-1",
            "dea-1",
            "instance-1",
            0,
            Map.of("component", "dea", "process_id", "process-1", "state", "awake")));
    all.put(
        "router.register.full",
        new RouterRegister(
            "10.0.0.5",
            8080,
            8443,
            List.of("*.example.org"),
            "http2",
            "app-1",
            "dea-1",
            "instance-1",
            "3",
            Map.of("component", "x"),
            30,
            "https://service.example.org",
            "instance-1",
            "blue",
            "z1",
            1893456000123456789L,
            new RouterRegister.Options("least-connection", "100/m", "on"),
            null));
    all.put("router.start", new RouterGreeting("0-router", List.of("10.0.0.5"), 20, 120));
  }

  private static void addComponents(Map<String, Object> all) {
    all.put("vcap.component.announce", component(null));
    all.put("vcap.component.discover.reply", component("0d:1h:2m:3s"));
  }

  private static ComponentAnnounce component(@Nullable String uptime) {
    return new ComponentAnnounce(
        "Router",
        0,
        "0-abc",
        "10.0.0.5:9090",
        List.of("user", "password"),
        "2030-01-01 00:00:00 +0000",
        uptime);
  }

  private static void addDea(Map<String, Object> all) {
    all.put(
        "dea.advertise",
        new DeaAdvertise(
            DEA,
            List.of("debian"),
            4096,
            20480,
            Map.of("app-1", 2),
            new DeaAdvertise.PlacementProperties("default"),
            "host-a",
            "10.254.0.1",
            61000,
            62000));
    all.put(
        "dea.advertise.historic",
        new DeaAdvertise(
            DEA, List.of("cflinuxfs2"), 4096, 20480, Map.of(), null, null, null, null, null));
    all.put("dea.start", new DeaHello(DEA, "10.0.0.5", "0.0.1", null, "host-a"));
    all.put("dea.shutdown", new DeaHello(DEA, "10.0.0.5", "0.0.1", Map.of("app-1", 2), "host-a"));
    all.put(
        "dea.heartbeat",
        new DeaHeartbeat(
            DEA,
            List.of(
                new DeaHeartbeat.Instance(
                    "default",
                    APP,
                    VERSION,
                    INSTANCE,
                    0,
                    InstanceState.RUNNING,
                    THEN,
                    PLACEMENT,
                    null),
                new DeaHeartbeat.Instance(
                    "default",
                    APP,
                    VERSION,
                    new InstanceId("instance-2"),
                    1,
                    InstanceState.EVACUATING,
                    1893456001.5,
                    null,
                    null)),
            "host-a"));
    all.put("dea.heartbeat.empty", new DeaHeartbeat(DEA, List.of(), null));
    all.put("dea.heartbeat.part", new DeaHeartbeat(DEA, List.of(), "host-a", 7L, 0, 2));
    all.put(
        "bellows.dea.changes",
        new DeaChanges(
            DEA,
            "host-a",
            8,
            List.of(
                new DeaHeartbeat.Instance(
                    "default",
                    APP,
                    VERSION,
                    INSTANCE,
                    0,
                    InstanceState.RUNNING,
                    THEN,
                    PLACEMENT,
                    true)),
            List.of(new InstanceId("instance-2"))));
  }

  private static void addInstances(Map<String, Object> all) {
    all.put(
        "dea.stop",
        new InstanceFilter(
            APP, VERSION, List.of(0, 2), List.of(INSTANCE), List.of("RUNNING", "STARTING"), null));
    all.put("dea.stop.all", InstanceFilter.all(APP));
    all.put(
        "dea.find.droplet", new InstanceFilter(APP, null, null, null, List.of("RUNNING"), true));
    all.put("dea.find.droplet.reply", found());
    all.put(
        "dea.find.droplet.reply.crashed",
        new FoundInstance(
            DEA,
            APP,
            VERSION,
            INSTANCE,
            0,
            InstanceState.CRASHED,
            THEN,
            null,
            null,
            "out of memory",
            null));
    all.put("dea.update", new UpdateInstances(APP, routed(), VERSION));
    all.put(
        "dea.update.historic",
        new UpdateInstances(APP, List.of("shop.example.org"), VERSION, Map.of()));
    all.put("dea.id.start", start());
    all.put("dea.id.start.historic", historicStart());
    all.put(
        "droplet.exited",
        new DropletExited(
            "default", APP, VERSION, INSTANCE, 0, "CRASHED", 137, "out of memory", 1893456000L));
    all.put(
        "droplet.exited.stopped",
        new DropletExited("default", APP, VERSION, INSTANCE, 0, "STOPPED", -1, "", null));
  }

  private static RoutedUris routed() {
    return new RoutedUris(
        List.of("shop.example.org", "plain.example.org"),
        Map.of(
            "shop.example.org",
            new UriOptions(
                new RouterRegister.Options("least-connection", "100/m", "on"),
                "https://guard.example.org")));
  }

  private static FoundInstance found() {
    return new FoundInstance(
        DEA,
        APP,
        VERSION,
        INSTANCE,
        0,
        InstanceState.RUNNING,
        THEN,
        new FoundInstance.Stats(
            "shop",
            List.of("shop.example.org"),
            "10.254.0.1",
            61001,
            42,
            268435456,
            1073741824,
            16384,
            new FoundInstance.Usage("2030-01-01T00:00:42Z", 0.25, 12345678, 23456789),
            "10.254.0.2",
            8080),
        PLACEMENT,
        null,
        null);
  }

  private static StartInstance start() {
    return new StartInstance(
        APP,
        0,
        "shop",
        VERSION,
        "debian",
        "default",
        routed().uris(),
        "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d",
        "http://blobs.example.org/droplets/d-1?signature=s",
        new StartInstance.Limits(256, 1024, 16384, 16384L),
        List.of("LANG=C.UTF-8", "CF_PROCESS_TYPE=web"),
        List.of(database()),
        Map.of("application_id", "app-1", "application_name", "shop"),
        "node app.js",
        60,
        List.of(
            Json.tree(
                """
                {"protocol":"tcp","destination":"10.1.0.0/16","ports":"80,443","log":false}
                """)),
        PLACEMENT,
        61001,
        "process-1",
        "web",
        new StartInstance.HealthCheck("http", "/health", 1, 30),
        null,
        routed().options());
  }

  private static StartInstance historicStart() {
    return new StartInstance(
        APP,
        0,
        "shop",
        VERSION,
        "debian",
        "default",
        List.of("shop.example.org"),
        "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d",
        "http://blobs.example.org/droplets/d-1?signature=s",
        new StartInstance.Limits(256, 1024, 16384, null),
        List.of("LANG=C.UTF-8", "CF_PROCESS_TYPE=web"),
        List.of(database()),
        Map.of("application_id", "app-1", "application_name", "shop"),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  private static JsonNode database() {
    return Json.tree(
        """
        {"name":"db","label":"postgresql","tags":["sql"],
         "credentials":{"uri":"postgres://db.example.org/shop"}}
        """);
  }

  private static void addHealth(Map<String, Object> all) {
    all.put("hm9000.start", new HealthDecision.Start("m-1", APP, VERSION, 2));
    all.put("hm9000.stop", new HealthDecision.Stop("m-1", APP, VERSION, INSTANCE, 2, true));
  }

  private static void addStaging(Map<String, Object> all) {
    all.put(
        "staging.id.start",
        new StagingStart(
            APP,
            TASK,
            "debian",
            new StagingStart.Properties(
                List.of(Json.tree("{\"name\":\"db\",\"label\":\"postgresql\",\"credentials\":{}}")),
                new StartInstance.Limits(1024, 4096, 16384, null),
                List.of("NODE_ENV=production", "CF_STACK=debian"),
                List.of("node"),
                Json.tree("{\"application_id\":\"app-1\"}")),
            "http://blobs/packages/p-1",
            "http://blobs/droplets/d-1",
            "http://blobs/build-caches/app-1?get",
            "http://blobs/build-caches/app-1?put",
            List.of(
                new StagingStart.AdminBuildpack("key-1", "http://blobs/buildpacks/b-1", "node")),
            null,
            List.of(),
            1024,
            4096,
            900));
    all.put("staging.id.start.reply.ready", StagingReply.ready(TASK));
    all.put(
        "staging.id.start.reply.done",
        new StagingReply(
            TASK,
            "http://log",
            "Node.js",
            "key-1",
            "sha1",
            "npm start",
            Map.of("web", "npm start", "worker", "node worker.js"),
            null,
            null,
            "sha256",
            1234567L,
            List.of(new StagingReply.UsedBuildpack("node", "Node.js", "1.0"))));
    all.put(
        "staging.id.start.reply.failed",
        StagingReply.failed(TASK, "BuildpackCompileFailed", "npm ci failed"));
    all.put("staging.stop", new StagingStop(APP));
  }
}
