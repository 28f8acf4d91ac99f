package bellows.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.base.time.testing.Eventually;
import bellows.testkit.CommandResult;
import bellows.testkit.HttpAnswer;
import bellows.testkit.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Apps that nobody calls have no process, and whoever calls them does not notice. */
class SleepE2E {
  /** A start is watched for a quarter of a minute before the first sleep. */
  private static final Duration FIRST_SLEEP = Duration.ofSeconds(40);

  private static final Duration SLEEP = Duration.ofSeconds(20);

  private static Platform platform;
  @TempDir static Path directory;

  @BeforeAll
  static void push() {
    platform = Platform.start("bdoze", 237);
    push("shop", "  sleep-after: 2s\n");
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  @Test
  void anIdleAppHasNoProcessAndAnswersAllTheSame() {
    scale("shop", 1);
    awaitAsleep("shop", FIRST_SLEEP);
    assertThat(processesServing("shop")).isEmpty();
    assertThat(platform.cli("apps").ok().out()).contains("web:1/1 (asleep)");
    assertThat(platform.cli("app", "shop").ok().out())
        .contains("asleep: wakes on the next request");

    HttpAnswer answer = platform.get("shop", "/");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).contains("shop is open");
    assertThat(processesServing("shop")).isNotEmpty();
    assertThat(platform.cli("app", "shop").ok().out())
        .containsPattern("#0 woken (once|\\d+ times), last .* by GET /.* in .* ms: ")
        .contains("listen");
    awaitAsleep("shop", SLEEP);
  }

  @Test
  void allInstancesSleepAndOneIsEnoughForOneCaller() {
    scale("shop", 3);
    awaitAsleep("shop", FIRST_SLEEP);
    assertThat(platform.cli("apps").ok().out()).contains("web:3/3 (asleep)");
    assertThat(platform.get("shop", "/").status()).isEqualTo(200);
    assertThat(stats("shop").filter(SleepE2E::isAsleep)).hasSize(2);
  }

  @Test
  void anAppMayNeverSleepAndMaySleepNow() {
    push("night", "  sleep-after: 2s\n");
    platform.cli("sleep", "night", "--after", "never").ok();
    CommandResult refused = platform.cli("sleep", "night", "--now");
    assertThat(refused.exitCode()).isNotZero();
    assertThat(refused.all()).contains("never sleeps");

    platform.cli("sleep", "night", "--after", "1h").ok();
    platform.cli("sleep", "night", "--now").ok();
    awaitAsleep("night", SLEEP);
    platform.cli("wake", "night").ok();
    Eventually.until("it is awake", () -> stats("night").noneMatch(SleepE2E::isAsleep));
    platform.cli("delete", "night", "-f", "-r").ok();
  }

  @Test
  void undoBringsBackTheFormerScaleAndHistoryTellsOfBoth() {
    push("past", "");
    platform.cli("scale", "past", "-i", "2").ok();
    assertThat(platform.cli("undo", "past").ok().out()).contains("taken back: scaled web 1 -> 2");
    Eventually.until("one is left", () -> placements("past").size() == 1);
    assertThat(platform.cli("history", "past").ok().out())
        .containsPattern("admin +scaled web 1 -> 2; undone by #\\d+")
        .containsPattern("admin +scaled web 2 -> 1; undoes #\\d+");
    platform.cli("delete", "past", "-f", "-r").ok();
  }

  @Test
  void theClockWakesAnApp() {
    push("clock", "  sleep-after: 2s\n");
    platform.cli("wake", "clock", "--cron", "* * * * *", "--path", "/").ok();
    Eventually.until(
        "the minute has come",
        Duration.ofSeconds(75),
        () -> platform.cli("wakes", "clock").ok().out().contains("answered 200"));
    platform.cli("wakes", "clock", "--delete", "1").ok();
    platform.cli("delete", "clock", "-f", "-r").ok();
  }

  private static void push(String name, String keys) {
    Path app =
        Apps.directory(
            directory,
            name,
            Map.of(
                "index.html",
                "<h1>" + name + " is open</h1>\n",
                "manifest.yml",
                "applications:\n- name: " + name + "\n  memory: 32M\n" + keys));
    platform.cli(app, List.of("push")).ok();
  }

  private static void scale(String app, int instances) {
    platform.cli("scale", app, "-i", String.valueOf(instances)).ok();
  }

  private static void awaitAsleep(String app, Duration time) {
    // Stats are what clients watch a start by, and what is watched stays awake: so asked seldom.
    Eventually.until(
        app + " sleeps",
        time,
        () -> placements(app).stream().allMatch(each -> each.path("asleep").asBoolean()));
  }

  private static List<JsonNode> placements(String app) {
    JsonNode list = Json.tree(platform.cli("placements", app, "--json").ok().out());
    return list.valueStream().toList();
  }

  private static Stream<JsonNode> stats(String app) {
    JsonNode shown = Json.tree(platform.cli("app", app, "--json").ok().out());
    return shown.at("/processes/0/stats").valueStream();
  }

  private static boolean isAsleep(JsonNode stat) {
    return stat.at("/sleep/asleep").asBoolean();
  }

  /** Web servers of this platform that have the app's page open to the world. */
  private static List<String> processesServing(String app) {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(process -> process.getFileName().toString().matches("\\d+"))
          .filter(process -> pageOf(process).contains(app + " is open"))
          .map(Path::toString)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String pageOf(Path process) {
    try {
      return Files.readString(process.resolve("root/home/vcap/app/index.html"));
    } catch (IOException e) {
      return ""; // no container, or gone by now
    }
  }
}
