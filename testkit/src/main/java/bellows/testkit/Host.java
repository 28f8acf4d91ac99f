package bellows.testkit;

import bellows.base.files.Trees;
import bellows.base.process.Subprocess;
import bellows.base.time.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One more host of a platform, in a network of its own, started through {@code ./bellows host} as a
 * person would. Not thread-safe.
 */
public final class Host implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration COMMAND = Duration.ofMinutes(2);

  private final String name;
  private final String network;
  private final Lan.Namespace namespace;
  private final String program;
  private final Path data;
  private @Nullable Process process;

  private Host(String name, String network, Lan.Namespace namespace, Path root, Path data) {
    this.name = name;
    this.network = network;
    this.namespace = namespace;
    this.program = root.resolve("bellows").toString();
    this.data = data;
  }

  /**
   * Makes its data directory; {@link #up} starts it.
   *
   * @param name that placements carry
   * @param network name of its container network, at most 8 letters
   * @param subnet the second byte of that network {@code 10.N.0.0/16}
   */
  public static Host in(Lan lan, String name, String network, int subnet) {
    try {
      Path data = Files.createTempDirectory("bellows-" + network + "-");
      Files.write(
          data.resolve("bellows.properties"),
          List.of(
              "nats.url=" + lan.bus().url(Bus.User.HOST),
              "network.name=" + network,
              "network.subnet=10." + subnet + ".0.0/16"));
      return new Host(name, network, lan.join(), Path.of(System.getProperty("bellows.root")), data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts its process; {@link #awaitUp} waits until it takes part. */
  public Host up() {
    try {
      Files.deleteIfExists(data.resolve("ready"));
      process =
          new ProcessBuilder(
                  namespace.running(
                      List.of(program, "host", "--name", name, "--data", data.toString())))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
              .start();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void awaitUp() {
    Eventually.until(
        name + " serves; see " + logFile(),
        START,
        () -> {
          if (process == null || !process.isAlive()) {
            throw new AssertionError(name + " ended:\n" + log());
          }
          return Files.exists(data.resolve("ready"));
        });
  }

  /** kill -9; its containers go on, and so do commands that it had begun. */
  public void killHard() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      awaitEnd(running);
      process = null;
    }
  }

  /** What a command prints that is run in its network; fails the test when it fails. */
  public String run(String... command) {
    return Subprocess.run(COMMAND, namespace.running(List.of(command)))
        .orThrow(String.join(" ", command))
        .out();
  }

  public String name() {
    return name;
  }

  /** The first part of the names of all that it makes outside of its data directory. */
  public String network() {
    return network;
  }

  public Path data() {
    return data;
  }

  /** All that it has printed, over its restarts. */
  public String log() {
    try {
      return Files.readString(logFile());
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  /** Ends it and removes everything it made on this machine. */
  @Override
  public void close() {
    Process running = process;
    if (running != null) {
      running.destroy();
      awaitEnd(running);
      process = null;
    }
    Subprocess.run(
            COMMAND,
            namespace.running(List.of(program, "down", "--purge", "--data", data.toString())),
            "",
            Map.of())
        .orThrow("bellows down --purge of " + name);
    Trees.delete(data);
  }

  private Path logFile() {
    return data.resolve("host.log");
  }

  private void awaitEnd(Process running) {
    try {
      if (!running.waitFor(30, TimeUnit.SECONDS)) {
        throw new AssertionError(name + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
