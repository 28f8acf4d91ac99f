package bellows.cmdb.embedded;

import bellows.base.files.AtomicFiles;
import bellows.base.process.Subprocess;
import bellows.base.process.SubprocessException;
import bellows.base.time.Scheduler;
import bellows.cmdb.embedded.PostgresException.Failure;
import bellows.cmdb.embedded.Postmaster.State;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Finds, starts and stops the server of one data directory. Not thread-safe. */
final class ServerProcess {
  /** Recovery after a crash replays at most {@code max_wal_size}; that takes seconds. */
  private static final Duration START_DEADLINE = Duration.ofSeconds(60);

  /** A fast shutdown writes a checkpoint. */
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(30);

  /** Orphans see at once that their postmaster is dead, unless they hang in a system call. */
  private static final Duration ORPHAN_DEADLINE = Duration.ofSeconds(5);

  private static final long LOG_LIMIT_BYTES = 8 << 20;

  private final DataDirectory directory;
  private final Distribution distribution;
  private final ServerUser user;
  private final Scheduler scheduler;
  private final List<String> settings;

  ServerProcess(
      DataDirectory directory,
      Distribution distribution,
      ServerUser user,
      Scheduler scheduler,
      List<String> settings) {
    this.directory = directory;
    this.distribution = distribution;
    this.user = user;
    this.scheduler = scheduler;
    this.settings = settings;
  }

  /** The server that an earlier process of ours has left running, once it serves. */
  Optional<Postmaster> running() throws IOException {
    waitUntil(START_DEADLINE, () -> find().map(found -> found.state() == State.READY).orElse(true));
    // One of another version, or whose files were replaced since, is not ours to keep.
    Path program = distribution.program("postgres").toRealPath();
    return find()
        .filter(found -> found.state() == State.READY)
        .filter(found -> program.equals(found.program()));
  }

  /**
   * Starts a server on {@code port}; no other may run.
   *
   * @throws PostgresException when it is not ready in time
   */
  Postmaster launch(int port) throws IOException {
    removeStalePidFile();
    rotateLog();
    ProcessBuilder builder = new ProcessBuilder(user.command(program(port)));
    builder.directory(directory.data().toFile());
    builder.redirectInput(new File("/dev/null"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(directory.serverLog().toFile()));
    // What is in our environment is none of the server's business.
    builder.environment().keySet().retainAll(List.of("PATH"));
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    waitUntil(
        START_DEADLINE,
        () ->
            !process.isAlive()
                || find()
                    .filter(found -> found.pid() == process.pid() && found.state() == State.READY)
                    .isPresent());
    if (process.isAlive()) {
      Optional<Postmaster> ready = find().filter(found -> found.state() == State.READY);
      if (ready.isPresent()) {
        return ready.get();
      }
      process.destroyForcibly();
    }
    throw new PostgresException(
        Failure.START_FAILED,
        "PostgreSQL did not start in " + directory.data() + ": " + directory.lastWords(),
        null);
  }

  /** Ends whatever server runs here: open transactions roll back, a checkpoint is written. */
  void stop() throws IOException {
    Optional<Postmaster> found = find();
    if (found.isPresent()) {
      Optional<ProcessHandle> handle = ProcessHandle.of(found.get().pid());
      signal("INT", found.get().pid());
      if (handle.isPresent() && !ends(handle.get(), STOP_DEADLINE)) {
        signal("QUIT", found.get().pid());
        if (!ends(handle.get(), ORPHAN_DEADLINE)) {
          handle.get().destroyForcibly();
        }
      }
    }
    endOrphans();
  }

  private void removeStalePidFile() throws IOException {
    endOrphans();
    // Nobody is left in the directory, so the file is stale, even if its pid lives: that is another
    // process by now, and the server would refuse to start because of it.
    Files.deleteIfExists(Postmaster.pidFile(directory.data()));
  }

  private void endOrphans() throws IOException {
    for (ProcessHandle orphan : Postmaster.processes(directory.data())) {
      if (!ends(orphan, ORPHAN_DEADLINE)) {
        orphan.destroyForcibly();
        ends(orphan, ORPHAN_DEADLINE);
      }
    }
  }

  private boolean ends(ProcessHandle process, Duration deadline) {
    waitUntil(deadline, () -> !process.isAlive());
    return !process.isAlive();
  }

  private void signal(String name, long pid) {
    try {
      Subprocess.run(
          Duration.ofSeconds(5),
          user.command(
              List.of(
                  distribution.program("pg_ctl").toString(), "kill", name, Long.toString(pid))));
    } catch (SubprocessException e) {
      // It may have ended by itself; whether it did is looked at next.
      return;
    }
  }

  private List<String> program(int port) {
    List<String> program =
        new ArrayList<>(
            List.of(
                distribution.program("postgres").toString(),
                "-D",
                directory.data().toString(),
                "-p",
                Integer.toString(port)));
    for (String setting : settings) {
      program.add("-c");
      program.add(setting);
    }
    return program;
  }

  private void rotateLog() throws IOException {
    Path current = directory.serverLog();
    if (Files.exists(current) && Files.size(current) > LOG_LIMIT_BYTES) {
      Files.move(
          current, current.resolveSibling("server.log.old"), StandardCopyOption.REPLACE_EXISTING);
    }
    // It quotes statements that failed, and with them what people sent.
    if (!Files.exists(current)) {
      AtomicFiles.write(current, new byte[0], AtomicFiles.OWNER_ONLY);
    }
  }

  private Optional<Postmaster> find() {
    try {
      return Postmaster.find(directory.data());
    } catch (IOException e) {
      throw new PostgresException(
          Failure.PERMISSIONS, "cannot read " + directory.data() + ": " + e.getMessage(), e);
    }
  }

  /** Returns when the condition holds or the time is over. */
  private void waitUntil(Duration deadline, BooleanSupplier condition) {
    long end = scheduler.nanoTime() + deadline.toNanos();
    while (!condition.getAsBoolean() && scheduler.nanoTime() < end) {
      try {
        TimeUnit.MILLISECONDS.sleep(5);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new PostgresException(
            Failure.START_FAILED, "interrupted while waiting for PostgreSQL", e);
      }
    }
  }
}
