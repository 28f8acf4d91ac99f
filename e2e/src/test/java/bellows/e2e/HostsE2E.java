package bellows.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.process.Subprocess;
import bellows.base.time.testing.Eventually;
import bellows.testkit.Bus;
import bellows.testkit.Host;
import bellows.testkit.HttpAnswer;
import bellows.testkit.InstanceProbe;
import bellows.testkit.Lan;
import bellows.testkit.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * A platform with two further hosts, each in a network namespace of its own: apps move between
 * them, and one of them dies.
 */
class HostsE2E {
  private static final int MOVES = 20;
  private static final int CROWD = 20;
  private static final Duration SETTLED = Duration.ofSeconds(40);
  private static final String HOME = "host-1";

  private static final List<AutoCloseable> OPEN = new ArrayList<>();
  private static Lan lan;
  private static Platform platform;
  private static Api api;
  private static Host host;
  private static Path hello;
  private static Path facts;
  @TempDir static Path directory;

  @BeforeAll
  static void start() throws IOException {
    try {
      lan = open(Lan.make("bhostlan", "10.221.128"));
      // Nothing finds room on the platform's own host, so all is placed on the other two.
      platform =
          open(
              Platform.start(
                  "bhosta",
                  221,
                  "network.subnet=10.221.0.0/17",
                  "nats.url=" + lan.bus().url(Bus.User.PLATFORM),
                  "api.listen=" + lan.address() + ":" + Lan.freePort(),
                  "dea.memory_mb=1"));
      host = open(Host.in(lan, HOME, "bhostb", 222));
      Host other = open(Host.in(lan, "host-2", "bhostc", 223));
      host.up();
      other.up();
      host.awaitUp();
      other.awaitUp();
      api = open(Api.of(platform));
      hello = hello();
      facts = Apps.resource(directory, "/host-facts.sh");
    } catch (RuntimeException | Error e) {
      stop();
      throw e;
    }
  }

  private static <T extends AutoCloseable> T open(T resource) {
    OPEN.add(resource);
    return resource;
  }

  @AfterAll
  static void stop() {
    AssertionError failed = null;
    for (AutoCloseable resource : OPEN.reversed()) {
      try {
        resource.close();
      } catch (Exception e) {
        if (failed == null) {
          failed = new AssertionError("not all is cleaned up");
        }
        failed.addSuppressed(e);
      }
    }
    OPEN.clear();
    if (failed != null) {
      throw failed;
    }
  }

  /** An app that is started in a moment. */
  private static Path hello() throws IOException {
    Path app = Files.createDirectories(directory.resolve("hello"));
    Path source = platform.root().resolve("bench/lib/hello.c");
    Subprocess.run(
            Duration.ofMinutes(1),
            List.of(
                "gcc", "-O2", "-static", "-o", app.resolve("hello").toString(), source.toString()))
        .orThrow("gcc");
    return app;
  }

  /**
   * @param says the word that the droplet answers with
   */
  private static void push(String app, int instances, String says) {
    write(hello.resolve("word"), says);
    platform
        .cli(
            hello,
            List.of(
                "push",
                app,
                "-b",
                "binary",
                "-m",
                "32M",
                "-k",
                "32M",
                "-i",
                Integer.toString(instances),
                "-c",
                "exec ./hello $(cat word)"))
        .ok();
  }

  @AfterEach
  void deleteApps() {
    for (JsonNode app : api.get("/v3/apps").json().path("resources")) {
      api.remove("/v3/apps/" + app.path("guid").asString());
    }
    assertThat(lan.bus().violations()).as("all parts may do what they do").isEmpty();
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- moves

  @Test
  void anAppMovesToAndFroAndNobodyWhoCallsItNotices() {
    push("mover", 1, "mover");
    try (Probe probe = Probe.start(() -> platform.get("mover", "/"), Duration.ofMillis(5))) {
      for (int move = 0; move < MOVES; move++) {
        String to = move % 2 == 0 ? other("mover") : HOME;
        moves("mover", to);
      }
      assertThat(probe.failures()).isEmpty();
      assertThat(probe.successes()).isGreaterThan(10 * MOVES);
    }
  }

  @Test
  void whatWasDoneIsUndone() {
    push("past", 1, "first");
    String home = placements("past").getFirst().path("host").asString();
    String away = other("past");
    moves("past", away);
    assertThat(undo("past")).contains("moved from " + home + " to " + away);
    awaitPlaced("past", 1, home);

    platform.cli("scale", "past", "-i", "2").ok();
    Eventually.until("two", SETTLED, () -> placements("past").size() == 2);
    assertThat(undo("past")).contains("scaled web 1 -> 2");
    Eventually.until("one", SETTLED, () -> placements("past").size() == 1);

    push("past", 1, "second");
    Eventually.until("deployed", SETTLED, () -> says("past", "second"));
    assertThat(undo("past")).contains("taken back");
    Eventually.until("the former droplet", SETTLED, () -> says("past", "first"));
  }

  private static boolean says(String app, String word) {
    HttpAnswer answer = platform.get(app, "/");
    return answer.status() == 200 && answer.body().startsWith(word + " ");
  }

  private static String undo(String app) {
    return platform.cli("undo", app).ok().out();
  }

  private static String other(String app) {
    return placements(app).getFirst().path("host").asString().equals(HOME) ? "host-2" : HOME;
  }

  private static void moves(String app, String to) {
    platform.cli("move", app, "0", "--to", to).ok();
    awaitPlaced(app, 1, to);
  }

  // ---- names

  @Test
  void aSecondPlatformIsRefusedOnTheBusOfTheFirst() {
    assertThatThrownBy(() ->
            Platform.start("bhostd", 224, "nats.url=" + lan.bus().url(Bus.User.PLATFORM)).close())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the name host-0 is taken by the host at 10.221.0.1")
        .hasMessageContaining("each needs a NATS server of its own");
  }

  // ---- a host dies

  @Test
  void aHostThatDiesAmidWakesAndSleepsComesBackWithNothingStuck() {
    Map<String, Integer> apps = Map.of("calm", 1, "wakers", CROWD, "sleepers", CROWD);
    apps.forEach((app, instances) -> push(app, instances, app));
    apps.forEach((app, instances) -> gather(app));
    apps.forEach((app, instances) -> awaitPlaced(app, instances, HOME));
    String calm = addresses("calm").getFirst();
    putToSleep("wakers");
    Eventually.until("half of them sleep", SETTLED, () -> facts().programs() == 1 + CROWD);

    try (Probe probe = Probe.start(() -> InstanceProbe.get(calm), Duration.ofMillis(5));
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      putToSleep("sleepers");
      awaitLine("the first has fallen asleep", "instance.sleep ", CROWD + 1);
      List<Future<HttpAnswer>> calls =
          addresses("wakers").stream()
              .map(address -> callers.submit(() -> InstanceProbe.get(address)))
              .toList();
      awaitLine("the first has woken up", "instance.wake ", 1);
      host.killHard();

      int answered = probe.successes();
      Eventually.until("it answers", () -> probe.successes() > answered + 100);
      host.up();
      host.awaitUp();
      apps.forEach((app, instances) -> awaitPlaced(app, instances, HOME));
      apps.keySet().forEach(app -> addresses(app).forEach(address -> awaitAnswer(app, address)));
      assertThat(probe.failures()).isEmpty();
      assertThat(calls.stream().filter(HostsE2E::isAnswered).count())
          .as("whoever still waits when the host dies is cut off")
          .isLessThan(CROWD);
    }

    int all = 1 + 2 * CROWD;
    awaitOrder();
    assertThat(facts().programs()).isEqualTo(all);
    assertThat(facts().switched()).isEqualTo(all);

    deleteApps();
    Eventually.until("nothing is left of them", SETTLED, () -> facts().programs() == 0);
    awaitOrder();
    assertThat(facts().switched()).isZero();
  }

  private static boolean isAnswered(Future<HttpAnswer> call) {
    return call.state() == Future.State.SUCCESS && call.resultNow().status() == 200;
  }

  /** Brings all instances of the app to the host that is to die. */
  private static void gather(String app) {
    for (JsonNode placement : placements(app)) {
      byte[] body = ("{\"host\": \"" + HOME + "\"}").getBytes(StandardCharsets.UTF_8);
      String path = "/bellows/v1/placements/" + placement.path("guid").asString();
      assertThat(api.send("PATCH", path, "application/json", body).status()).isEqualTo(200);
    }
  }

  private static void putToSleep(String app) {
    String path = "/bellows/v1/apps/" + guid(app) + "/actions/sleep";
    assertThat(api.post(path, "{}").status()).isEqualTo(202);
  }

  private static HostFacts facts() {
    return HostFacts.of(host, facts, "10.222.");
  }

  /** What was ending when the host died is cleared away by then. */
  private static void awaitOrder() {
    try {
      Eventually.until("all is in order", SETTLED, () -> facts().disorder().isEmpty());
    } catch (AssertionError e) {
      throw new AssertionError("still out of order: " + facts().disorder(), e);
    }
  }

  private static void awaitLine(String what, String words, int times) {
    Eventually.until(
        what, SETTLED, () -> host.log().lines().filter(l -> l.contains(words)).count() >= times);
  }

  private static void awaitAnswer(String app, String address) {
    Eventually.until(
        app + " answers at " + address,
        SETTLED,
        () -> InstanceProbe.get(address).body().startsWith(app + " "));
  }

  // ---- what the platform says

  private static String guid(String app) {
    return api.first("/v3/apps?names=" + app);
  }

  private static List<JsonNode> placements(String app) {
    return api.get("/bellows/v1/placements?per_page=100&app_guids=" + guid(app))
        .json()
        .path("resources")
        .valueStream()
        .toList();
  }

  private static List<String> addresses(String app) {
    return placements(app).stream()
        .map(each -> each.path("address").asString() + ":" + each.path("port").asInt())
        .toList();
  }

  private static void awaitPlaced(String app, int instances, String where) {
    Eventually.until(
        app + " runs on " + where,
        SETTLED,
        () -> {
          List<JsonNode> all = placements(app);
          return all.size() == instances
              && all.stream()
                  .allMatch(each ->
                      each.path("host").asString().equals(where)
                          && each.path("state").asString().equals("RUNNING"));
        });
  }
}
