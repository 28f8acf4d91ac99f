package bellows.testkit;

import bellows.base.files.Trees;
import bellows.base.json.Json;
import bellows.base.process.Subprocess;
import bellows.base.time.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A platform of its own beside any other on this machine: own data directory, ports, network and
 * containers. Started and used through {@code ./bellows}, as a person would.
 *
 * <p>Not thread-safe, but for {@link #cli(String...)} and {@link #get}.
 */
public final class Platform implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration COMMAND = Duration.ofMinutes(5);

  private final Path root;
  private final Path data;
  private final Path home;
  private final int port;
  private @Nullable Process process;

  /** For a test run that is ended from outside: what it made does not outlive it. */
  private final Thread lastResort = new Thread(this::remove, "platform-removal");

  private Platform(Path root, Path data, int port) {
    this.root = root;
    this.data = data;
    this.home = data.resolve("client");
    this.port = port;
    Runtime.getRuntime().addShutdownHook(lastResort);
  }

  /**
   * Makes the data directory and starts the platform.
   *
   * @param name at most 8 letters, unique among the platforms that run at the same time
   * @param network the second byte of its container network {@code 10.N.0.0/16}
   * @param settings further lines of its settings; they win over the ones before
   */
  public static Platform start(String name, int network, String... settings) {
    try {
      Path data = Files.createTempDirectory("bellows-" + name + "-");
      Files.writeString(
          data.resolve("bellows.properties"),
          "network.name="
              + name
              + "\nnetwork.subnet=10."
              + network
              + ".0.0/16\n"
              + String.join("\n", settings));
      Platform platform =
          new Platform(Path.of(System.getProperty("bellows.root")), data, freePortPair());
      try {
        platform.up();
      } catch (AssertionError e) {
        platform.close();
        throw e;
      }
      return platform;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts it (again) on the same data and waits until it serves. */
  public void up() {
    try {
      process =
          new ProcessBuilder(
                  "bash",
                  "-c",
                  // As root's shell is on many a machine: files are for their owner only.
                  "umask 077 && exec \"$0\" \"$@\"",
                  root.resolve("bellows").toString(),
                  "up",
                  "--data",
                  data.toString(),
                  "--listen",
                  "127.0.0.1:" + port)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Process started = process;
    Eventually.until(
        "the platform serves; see " + log(),
        START,
        () -> {
          if (!started.isAlive()) {
            throw new AssertionError("the platform ended:\n" + logTail());
          }
          return ready().map(r -> r.path("pid").asLong() == started.pid()).orElse(false);
        });
  }

  /** kill -9 of every process of the platform but the containers. */
  public void killHard() {
    Process running = process;
    if (running == null) {
      return;
    }
    List<ProcessHandle> ours = new ArrayList<>(running.descendants().toList());
    ours.removeIf(p -> !belongsToThePlatform(p));
    running.destroyForcibly();
    ours.forEach(ProcessHandle::destroyForcibly);
    awaitEnd(running);
    for (ProcessHandle handle : ours) {
      Eventually.until("a child is gone", () -> !handle.isAlive());
    }
    process = null;
  }

  /** An orderly end; apps go on. */
  public void down() {
    Process running = process;
    if (running != null) {
      running.destroy();
      awaitEnd(running);
      process = null;
    }
  }

  /** Runs a client command of {@code ./bellows}. */
  public CommandResult cli(String... arguments) {
    return cli(root, List.of(arguments));
  }

  /** Runs a client command in a directory. */
  public CommandResult cli(Path directory, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add("env");
    command.add("-C");
    command.add(directory.toString());
    command.add(root.resolve("bellows").toString());
    command.addAll(arguments);
    Subprocess.Result result = Subprocess.run(COMMAND, command, "", clientEnvironment());
    return new CommandResult(
        String.join(" ", arguments), result.exitCode(), result.out(), result.err());
  }

  /** Environment in which {@code ./bellows} speaks to this platform. */
  public Map<String, String> clientEnvironment() {
    return Map.of("BELLOWS_DATA", data.toString(), "BELLOWS_HOME", home.toString());
  }

  /** GET of an app through the router. */
  public HttpAnswer get(String app, String path) {
    return HttpAnswer.get("127.0.0.1", port, app + ".bellows.localhost", path);
  }

  /** The API's address that needs no DNS. */
  public String api() {
    return ready()
        .orElseThrow(() -> new AssertionError("the platform is not up"))
        .path("api")
        .asString();
  }

  /** The router's port. */
  public int port() {
    return port;
  }

  /** Its process, without children. */
  public long pid() {
    Process running = process;
    if (running == null) {
      throw new AssertionError("the platform is not up");
    }
    return running.pid();
  }

  public Path data() {
    return data;
  }

  /** The repository that the platform was built from. */
  public Path root() {
    return root;
  }

  /** What the platform printed; its last 100 lines. */
  public String logTail() {
    try {
      List<String> lines = Files.readAllLines(log());
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 100), lines.size()));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  /** Ends the platform and removes everything it made on this machine. */
  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(lastResort);
    remove();
  }

  private void remove() {
    down();
    Subprocess.run(
            COMMAND,
            List.of(
                root.resolve("bellows").toString(), "down", "--purge", "--data", data.toString()),
            "",
            Map.of())
        .orThrow("bellows down --purge");
    Trees.delete(data);
  }

  private Path log() {
    return data.resolve("platform.log");
  }

  private Optional<JsonNode> ready() {
    try {
      return Optional.of(Json.tree(Files.readString(data.resolve("ready"))));
    } catch (IOException | tools.jackson.core.JacksonException e) {
      return Optional.empty();
    }
  }

  /** Containers are no descendants of ours: runc hands them to init. A shell may still be there. */
  private static boolean belongsToThePlatform(ProcessHandle handle) {
    return handle.info().command().map(c -> !c.contains("runc")).orElse(true);
  }

  private static void awaitEnd(Process running) {
    try {
      if (!running.waitFor(30, java.util.concurrent.TimeUnit.SECONDS)) {
        throw new AssertionError("the platform does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The API listens on the port after the router's. */
  private static int freePortPair() throws IOException {
    for (int attempt = 0; attempt < 50; attempt++) {
      try (ServerSocket first = new ServerSocket(0)) {
        int port = first.getLocalPort();
        if (port < 65_000) {
          try (ServerSocket second = new ServerSocket(port + 1)) {
            return second.getLocalPort() - 1;
          } catch (IOException e) {
            // taken: another try
          }
        }
      }
    }
    throw new IOException("no two free ports side by side");
  }
}
