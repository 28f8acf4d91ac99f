package bellows.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.process.Subprocess;
import bellows.base.time.testing.Eventually;
import bellows.testkit.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without its database the platform says so at once, and apps do not notice. */
class DatabaseAwayE2E {
  private static final Duration BUSY_MACHINE = Duration.ofSeconds(30);
  private static final int CALLERS = 40;

  private static Platform platform;
  private static Api api;
  @TempDir static Path directory;

  @BeforeAll
  static void start() {
    platform = Platform.start("bnodb", 231);
    Path app = Apps.directory(directory, "app", Map.of("index.html", "still here"));
    platform.cli(app, List.of("push", "app", "-m", "32M")).ok();
    api = Api.of(platform);
  }

  @AfterAll
  static void stop() {
    api.close();
    platform.close();
  }

  @Test
  void aFrozenDatabaseIsAnsweredFor() {
    int threadsBefore = threads();
    List<Long> frozen = databaseProcesses();
    try (Probe app = probe()) {
      frozen.forEach(pid -> signal("STOP", pid));
      try {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (System.nanoTime() < end) {
          for (Api.Answer answer : crowd()) {
            assertThat(answer.status()).as(answer.body()).isEqualTo(503);
            assertThat(answer.title()).isEqualTo("CF-ServiceUnavailable");
            assertThat(answer.header("Retry-After")).isEqualTo("2");
          }
        }
        assertThat(threads()).isLessThan(threadsBefore + CALLERS / 2);
      } finally {
        frozen.forEach(pid -> signal("CONT", pid));
      }
      recovers();
      assertThat(app.failures()).isEmpty();
      assertThat(app.successes()).isGreaterThan(50);
    }
  }

  @Test
  void aKilledDatabaseIsStartedAgain() {
    try (Probe app = probe()) {
      for (int i = 0; i < 3; i++) {
        signal("KILL", postmaster());
        for (Api.Answer answer : crowd()) {
          assertThat(answer.status()).as(answer.body()).isIn(200, 503);
        }
        recovers();
      }
      assertThat(app.failures()).isEmpty();
    }
    platform.cli("app", "app").ok();
  }

  private static Probe probe() {
    return Probe.start(() -> platform.get("app", "/"), Duration.ofMillis(50));
  }

  private static void recovers() {
    Eventually.until(
        "the API answers again", BUSY_MACHINE, () -> api.get("/v3/apps").status() == 200);
  }

  /** Many callers at once, each of whom hears something in time. */
  private static List<Api.Answer> crowd() {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<Api.Answer>> calls =
          IntStream.range(0, CALLERS)
              .mapToObj(_ ->
                  CompletableFuture.supplyAsync(() -> timed(() -> api.get("/v3/apps")), callers))
              .toList();
      return calls.stream().map(CompletableFuture::join).toList();
    }
  }

  private static Api.Answer timed(Supplier<Api.Answer> call) {
    long begin = System.nanoTime();
    Api.Answer answer = call.get();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
    return answer;
  }

  private static int threads() {
    try (var threads = Files.list(Path.of("/proc/" + platform.pid() + "/task"))) {
      return (int) threads.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long postmaster() {
    try {
      Path file = platform.data().resolve("postgres/data/postmaster.pid");
      return Long.parseLong(Files.readAllLines(file).getFirst());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Long> databaseProcesses() {
    List<Long> pids = new ArrayList<>();
    pids.add(postmaster());
    ProcessHandle.of(postmaster()).orElseThrow().children().forEach(p -> pids.add(p.pid()));
    return pids;
  }

  private static void signal(String name, long pid) {
    Subprocess.run(
        Duration.ofSeconds(5), List.of("kill", "-" + name, Long.toString(pid)), "", Map.of());
  }
}
