package bellows.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.testkit.CommandResult;
import bellows.testkit.HttpAnswer;
import bellows.testkit.Platform;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every example is pushed with the client and called through the router. */
class ExamplesE2E {
  private static Platform platform;

  @BeforeAll
  static void start() {
    platform = Platform.start("bexample", 240);
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  @ParameterizedTest
  @CsvSource({
    "static,     Hello from a static site",
    "node-hello, Hello from Node.js",
    "python,     Hello from Python",
    "java,       Hello from Java",
    "ruby,       Hello from Ruby",
    "go,         Hello from go",
    "php,        Hello from PHP",
    "binary,     Hello from a plain program",
  })
  void answersAfterAPush(String example, String greeting) {
    CommandResult push =
        platform.cli(platform.root().resolve("examples").resolve(example), List.of("push")).ok();
    assertThat(push.all()).contains("running");
    HttpAnswer answer = platform.get(example, "/");
    assertThat(answer.status()).as(answer.head()).isEqualTo(200);
    assertThat(answer.body()).contains(greeting);
    platform.cli("delete", example, "-f", "-r").ok();
    Eventually.until("the route is gone", () -> platform.get(example, "/").status() == 404);
  }

  @Test
  void theDailyCommandsDoWhatTheySay() {
    platform.cli(platform.root().resolve("examples/node-hello"), List.of("push", "daily")).ok();
    assertThat(platform.cli("app", "daily").ok().out()).contains("daily").contains("running");
    assertThat(platform.cli("apps").ok().out()).contains("daily").contains("started");

    platform.cli("scale", "daily", "-i", "3").ok();
    Set<String> answered = new HashSet<>();
    Eventually.until(
        "three instances answer",
        Duration.ofSeconds(30),
        () -> {
          answered.add(platform.get("daily", "/").body());
          return answered.stream().filter(body -> body.contains("instance")).count() == 3;
        });

    Eventually.until(
        "the request is in the log",
        () -> {
          String log = platform.cli("logs", "daily", "--recent").ok().out();
          return log.contains("APP/PROC/WEB/0") && log.contains("RTR") && log.contains("GET /");
        });

    platform.cli("set-env", "daily", "GREETING", "a$b \"c\"").ok();
    assertThat(platform.cli("env", "daily").ok().out()).contains("GREETING").contains("a$b \"c\"");
    platform.cli("restart", "daily").ok();
    assertThat(platform.get("daily", "/").status()).isEqualTo(200);

    platform.cli("stop", "daily").ok();
    Eventually.until("stopped", () -> platform.get("daily", "/").status() == 404);
    platform.cli("start", "daily").ok();
    assertThat(platform.get("daily", "/").status()).isEqualTo(200);

    platform.cli("map-route", "daily", "bellows.localhost", "--hostname", "other").ok();
    Eventually.until("the new route answers", () -> platform.get("other", "/").status() == 200);
    assertThat(platform.cli("routes").ok().out()).contains("other");
    platform.cli("unmap-route", "daily", "bellows.localhost", "--hostname", "other").ok();
    Eventually.until("the route is gone", () -> platform.get("other", "/").status() == 404);

    assertThat(platform.cli("events", "daily").ok().out()).contains("audit.app.create");
    platform.cli("delete", "daily", "-f", "-r").ok();
    assertThat(platform.cli("apps").ok().out()).doesNotContain("daily");
  }

  @Test
  void aRollingPushDropsNoRequest() throws Exception {
    platform
        .cli(platform.root().resolve("examples/node-hello"), List.of("push", "rolling", "-i", "2"))
        .ok();
    try (Probe probe = Probe.start(() -> platform.get("rolling", "/"), Duration.ofMillis(10))) {
      platform
          .cli(
              platform.root().resolve("examples/node-hello"),
              List.of("push", "rolling", "--strategy", "rolling"))
          .ok();
      assertThat(probe.failures()).isEmpty();
      assertThat(probe.successes()).isGreaterThan(50);
    }
    platform.cli("delete", "rolling", "-f", "-r").ok();
  }
}
