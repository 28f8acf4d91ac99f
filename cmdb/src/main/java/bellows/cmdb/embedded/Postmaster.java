package bellows.cmdb.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The server process of a data directory as its {@code postmaster.pid} and {@code /proc} show it.
 *
 * @param pid a living process that works in the data directory
 * @param program what it runs; null when that was removed or replaced since
 */
record Postmaster(long pid, @Nullable Path program, int port, State state) {
  private static final Path PROC = Path.of("/proc");

  /** The last line of {@code postmaster.pid}, see PostgreSQL's src/include/utils/pidfile.h. */
  enum State {
    STARTING,
    READY,
    STOPPING
  }

  static Path pidFile(Path data) {
    return data.resolve("postmaster.pid");
  }

  /**
   * Empty when no server runs there: no file, a stale one, or one whose pid is by now somebody
   * else's.
   */
  static Optional<Postmaster> find(Path data) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(pidFile(data));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    Optional<Long> pid = lines.isEmpty() ? Optional.empty() : number(lines.getFirst());
    if (pid.isEmpty() || !worksIn(data.toRealPath(), PROC.resolve(pid.get().toString()))) {
      return Optional.empty();
    }
    return Optional.of(
        new Postmaster(
            pid.get(),
            program(PROC.resolve(pid.get().toString())).orElse(null),
            lines.size() > 3 ? number(lines.get(3)).orElse(0L).intValue() : 0,
            lines.size() > 7 ? state(lines.get(7).strip()) : State.STARTING));
  }

  /**
   * Every server process in the data directory, also those whose postmaster was killed: as long as
   * one lives, a new server on the same files would destroy them.
   */
  static List<ProcessHandle> processes(Path data) throws IOException {
    Path real = data.toRealPath();
    try (Stream<Path> all = Files.list(PROC)) {
      return all.flatMap(entry -> number(entry.getFileName().toString()).stream())
          .filter(pid -> worksIn(real, PROC.resolve(pid.toString())))
          .flatMap(pid -> ProcessHandle.of(pid).stream())
          .toList();
    }
  }

  private static boolean worksIn(Path realData, Path process) {
    try {
      return Files.readSymbolicLink(process.resolve("cwd")).equals(realData)
          && Files.readSymbolicLink(process.resolve("exe"))
              .getFileName()
              .toString()
              .startsWith("postgres");
    } catch (IOException e) {
      // Gone meanwhile, a kernel thread, or not ours to look at: then it is not our server either.
      return false;
    }
  }

  private static Optional<Path> program(Path process) {
    try {
      return Optional.of(process.resolve("exe").toRealPath());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static State state(String word) {
    return switch (word) {
      case "ready" -> State.READY;
      case "stopping" -> State.STOPPING;
      default -> State.STARTING;
    };
  }

  private static Optional<Long> number(String text) {
    try {
      return Optional.of(Long.parseLong(text.strip()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
