package bellows.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.base.time.testing.Eventually;
import bellows.testkit.CommandResult;
import bellows.testkit.InstanceProbe;
import bellows.testkit.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * kill -9 of the whole platform at any moment of a push: what runs goes on answering, nothing is
 * stuck after the next start, and the push can be repeated.
 */
class KilledPushE2E {
  /**
   * Moments of a push, in milliseconds from its start: upload, staging, droplet, start, health
   * check.
   */
  private static final List<Integer> MOMENTS_MILLIS =
      List.of(150, 300, 500, 700, 950, 1250, 1600, 2000, 2500, 3200);

  /** Who push again at once, as staging mostly waits. */
  private static final int PEOPLE = 3;

  private static Platform platform;
  @TempDir static Path directory;

  @BeforeAll
  static void start() {
    platform = Platform.start("bkilled", 243);
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  @Test
  void aKilledPlatformComesBackWithNothingStuck() throws Exception {
    Path bystander = Apps.directory(directory, "bystander", Map.of("index.html", "still here"));
    platform.cli(bystander, List.of("push", "bystander", "-m", "32M")).ok();
    String address = instanceAddress("bystander");
    Path app = Apps.directory(directory, "victim", Map.of("index.html", "at last"));

    // The instance's own address is the data plane that no process of the platform stands in.
    try (Probe probe = Probe.start(() -> InstanceProbe.get(address), Duration.ofMillis(20))) {
      for (int moment : MOMENTS_MILLIS) {
        Process push = startPush(app, "victim" + moment);
        push.waitFor(moment, TimeUnit.MILLISECONDS);
        platform.killHard();
        push.destroyForcibly().waitFor();
        platform.up();
      }
      assertThat(probe.failures()).isEmpty();
      assertThat(probe.successes()).isGreaterThan(100);
    }

    try (ExecutorService people = Executors.newFixedThreadPool(PEOPLE)) {
      List<Future<?>> pushes = new ArrayList<>();
      for (int moment : MOMENTS_MILLIS) {
        pushes.add(people.submit(() -> pushAgain(app, moment)));
      }
      for (Future<?> push : pushes) {
        push.get();
      }
    }
    Eventually.until(
        "no job is left in PROCESSING and no build in STAGING",
        Duration.ofSeconds(30),
        () -> count("/v3/builds?states=STAGING") == 0);
    assertThat(platform.get("bystander", "/").body()).contains("still here");
  }

  private static void pushAgain(Path app, int moment) {
    CommandResult again = platform.cli(app, List.of("push", "victim" + moment, "-m", "32M"));
    assertThat(again.exitCode())
        .as("push after a kill at %d ms:\n%s", moment, again.all())
        .isZero();
    assertThat(platform.get("victim" + moment, "/").body()).contains("at last");
    platform.cli("delete", "victim" + moment, "-f", "-r").ok();
  }

  private static Process startPush(Path app, String name) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                platform.root().resolve("bellows").toString(),
                "push",
                name,
                "-m",
                "32M",
                "-p",
                app.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(platform.clientEnvironment());
    return builder.start();
  }

  private static int count(String path) {
    return Json.tree(platform.cli("curl", path).ok().out())
        .path("pagination")
        .path("total_results")
        .asInt();
  }

  private static String instanceAddress(String app) {
    JsonNode apps = Json.tree(platform.cli("curl", "/v3/apps?names=" + app).ok().out());
    String guid = apps.path("resources").path(0).path("guid").asString();
    JsonNode stats =
        Json.tree(platform.cli("curl", "/v3/apps/" + guid + "/processes/web/stats").ok().out());
    JsonNode instance = stats.path("resources").path(0);
    return instance.path("host").asString()
        + ":"
        + instance.path("instance_ports").path(0).path("external").asInt();
  }
}
