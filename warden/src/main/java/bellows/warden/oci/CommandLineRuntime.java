package bellows.warden.oci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives runc, or crun, which takes the same commands. Thread-safe.
 *
 * <p>crun refuses a machine whose controllers are in version 1 of the cgroups while version 2 is
 * mounted, too. It need not see version 2, so on such a machine it runs in a mount namespace of its
 * own without it; mounts of the host still arrive there, and so in its containers.
 */
final class CommandLineRuntime implements OciRuntime {
  private static final Logger log = LoggerFactory.getLogger(CommandLineRuntime.class);
  private static final Path NOWHERE = Path.of("/dev/null");
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /** After a start the app has the machine to itself before the next launcher is made. */
  private static final Duration SETTLE = Duration.ofMillis(300);

  private final String name;
  private final String program;
  private final @Nullable Path hidden;
  private final Path state;

  /** Ready for whoever comes next, if it is. */
  private final AtomicReference<@Nullable Launcher> waiting = new AtomicReference<>();

  private volatile boolean closed;

  private volatile Optional<byte[]> compiledFilter = Optional.empty();

  private CommandLineRuntime(String name, String program, @Nullable Path hidden, Path state) {
    this.name = name;
    this.program = program;
    this.hidden = hidden;
    this.state = state;
  }

  /**
   * @param state directory for the runtime's own notes
   */
  static CommandLineRuntime of(String program, Path state) {
    return new CommandLineRuntime(program, program, null, state);
  }

  /** One that does not see the mount {@code hidden}. */
  static CommandLineRuntime without(Path hidden, String program, Path state) {
    return new CommandLineRuntime(program + " without " + hidden, program, hidden, state);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int run(String id, Path bundle, Path stdout, Path stderr) {
    Path pidFile = bundle.resolve("pid");
    List<String> command =
        command(
            bundle.resolve("runtime.log"),
            "run",
            "--detach",
            "--bundle",
            bundle.toString(),
            "--pid-file",
            pidFile.toString(),
            id);
    try {
      await("run", launch(stdout, stderr, command), bundle.resolve("runtime.log"));
      if (compiledFilter.isEmpty()) {
        learnFilter(id);
      }
      return Integer.parseInt(Files.readString(pidFile).strip());
    } catch (IOException e) {
      throw new RuntimeFailure(name + " run: " + e.getMessage(), e);
    } finally {
      CompletableFuture.delayedExecutor(SETTLE.toMillis(), TimeUnit.MILLISECONDS)
          .execute(this::prepare);
    }
  }

  /** crun notes it for each container. */
  private void learnFilter(String id) throws IOException {
    Path file = state.resolve(id).resolve("seccomp.bpf");
    if (Files.exists(file) && Files.size(file) > 0) {
      compiledFilter = Optional.of(Files.readAllBytes(file));
    }
  }

  @Override
  public Optional<byte[]> compiledFilter() {
    return compiledFilter;
  }

  /** Until it is done; it writes its reasons into a log of its own. */
  private void await(String what, Process process, Path reasons) throws IOException {
    try {
      if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        throw new RuntimeFailure(name + " " + what + " is not done after " + DEADLINE, null);
      }
      if (process.exitValue() != 0) {
        String reason = Files.exists(reasons) ? Files.readString(reasons).strip() : "";
        throw new RuntimeFailure(
            "%s %s: exit code %d: %s".formatted(name, what, process.exitValue(), reason), null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RuntimeFailure(name + " " + what + " was interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** The standard streams become the container's, so no output can be collected here. */
  private Process launch(Path stdout, Path stderr, List<String> command) throws IOException {
    Launcher ready = waiting.getAndSet(null);
    if (ready != null) {
      try {
        return ready.become(hidden, stdout, stderr, command);
      } catch (IOException e) {
        log.atDebug().setCause(e).log("launcher.died");
      }
    }
    return Launcher.start(program).become(hidden, stdout, stderr, command);
  }

  private void prepare() {
    try {
      if (!closed && waiting.get() == null) {
        Launcher fresh = Launcher.start(program);
        if (!waiting.compareAndSet(null, fresh)) {
          fresh.close();
        } else if (closed) {
          close();
        }
      }
    } catch (IOException e) {
      log.atDebug().setCause(e).log("launcher.not_started"); // the next start makes its own
    }
  }

  @Override
  public void close() {
    closed = true;
    Launcher unused = waiting.getAndSet(null);
    if (unused != null) {
      try {
        unused.close();
      } catch (IOException e) {
        log.atDebug().setCause(e).log("launcher.gone_already");
      }
    }
  }

  @Override
  public void delete(String id) {
    if (!Files.exists(state.resolve(id))) {
      return;
    }
    Path reasons = state.resolveSibling("delete-" + id + ".log");
    try {
      try {
        List<String> command = command(reasons, "delete", "--force", id);
        await(
            "delete " + id,
            Launcher.start(program).become(hidden, NOWHERE, NOWHERE, command),
            reasons);
      } finally {
        Files.deleteIfExists(reasons);
      }
    } catch (IOException e) {
      throw new RuntimeFailure(name + " delete " + id + ": " + e.getMessage(), e);
    } catch (RuntimeFailure e) {
      if (Files.exists(state.resolve(id))) {
        throw e;
      }
      log.atDebug().setCause(e).log("container.already_over");
    }
  }

  private List<String> command(Path reasons, String... words) {
    return Stream.concat(
            Stream.of(program, "--root", "" + state, "--log", "" + reasons), Stream.of(words))
        .toList();
  }
}
