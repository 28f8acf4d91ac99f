package bellows.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;

import bellows.base.files.Trees;
import bellows.base.json.Json;
import bellows.base.time.testing.Eventually;
import bellows.testkit.Bus;
import bellows.testkit.Lan;
import bellows.testkit.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code ./bellows router} at the address that a platform has left to it, on a data directory of
 * its own. Not thread-safe.
 */
final class SeparateRouter implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);
  private static final String STATUS_PASSWORD = "opens-in-this-test";

  private final Platform platform;
  private final Path data;
  private final int statusPort = Lan.freePort();
  private final List<Process> processes = new ArrayList<>();

  private SeparateRouter(Platform platform, Path data) {
    this.platform = platform;
    this.data = data;
  }

  /**
   * Its first process serves.
   *
   * @param settings beside the bus and the status port, a line each
   */
  static SeparateRouter start(Platform platform, Bus bus, String... settings) {
    try {
      SeparateRouter router =
          new SeparateRouter(platform, Files.createTempDirectory("bellows-router-"));
      List<String> lines = new ArrayList<>(List.of(settings));
      lines.add("nats.url=" + bus.url(Bus.User.ROUTER));
      lines.add("router.status_port=" + router.statusPort);
      lines.add("router.status_password=" + STATUS_PASSWORD);
      Files.write(router.data.resolve("bellows.properties"), lines);
      try {
        router.start();
      } catch (AssertionError e) {
        router.close();
        throw e;
      }
      return router;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One more process, which takes the place of the last one. Returns when it serves. */
  void start() {
    try {
      Process process =
          new ProcessBuilder(
                  platform.root().resolve("bellows").toString(),
                  "router",
                  "--data",
                  data.toString(),
                  "--listen",
                  "127.0.0.1:" + platform.port(),
                  "--listen-tls",
                  "off")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
              .start();
      processes.add(process);
      Eventually.until(
          "the router serves; see " + logFile(),
          START,
          () -> {
            if (!process.isAlive()) {
              throw new AssertionError("the router ended:\n" + log());
            }
            return ready().contains("\"pid\":" + process.pid());
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Registrations that its last process has not followed. */
  int refusedRegistrations() {
    String login =
        Base64.getEncoder().encodeToString(("status:" + STATUS_PASSWORD).getBytes(US_ASCII));
    try (HttpClient client = HttpClient.newHttpClient()) {
      String page =
          client
              .send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + statusPort + "/varz"))
                      .header("Authorization", "Basic " + login)
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      return Json.tree(page).path("registrations_refused").asInt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** All that its processes have printed. */
  String log() {
    return read(logFile());
  }

  /** Whether only the last process is left. */
  boolean othersEnded() {
    return processes.subList(0, processes.size() - 1).stream().noneMatch(Process::isAlive);
  }

  private String ready() {
    return read(data.resolve("ready"));
  }

  private Path logFile() {
    return data.resolve("router.log");
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    processes.forEach(Process::destroy);
    for (Process process : processes) {
      try {
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
    Trees.delete(data);
  }
}
