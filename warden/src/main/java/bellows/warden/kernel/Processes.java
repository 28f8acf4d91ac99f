package bellows.warden.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** What {@code /proc} tells about processes; a process that is gone has nothing. */
public final class Processes {
  private Processes() {}

  /**
   * Whether that process is alive and in the cgroup, which no other process can be once the
   * container's first one is gone, so a number used again is not mistaken.
   *
   * @param cgroup path inside the hierarchies, such as {@code /bellows/web-0}
   */
  public static boolean livesIn(int pid, String cgroup) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/cgroup"))) {
      return lines.anyMatch(line -> line.endsWith(":" + cgroup)) && !isZombie(pid);
    } catch (IOException | java.io.UncheckedIOException e) {
      return false;
    }
  }

  /**
   * The process that this one has forked and not yet waited for; empty when there is none, or more
   * than one, or when the kernel does not tell (it was built without {@code CONFIG_PROC_CHILDREN}).
   */
  public static OptionalInt onlyChild(int pid) {
    Path children = Path.of("/proc/" + pid + "/task/" + pid + "/children");
    try {
      return OptionalInt.of(Integer.parseInt(Files.readString(children).strip()));
    } catch (IOException | NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  /** How many files this process may have open at most, whatever it asks for. */
  public static long openFilesLimit() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/limits"))) {
      return lines
          .filter(line -> line.startsWith("Max open files"))
          .map(line -> line.split("\\s{2,}", -1)[2])
          .mapToLong(hard -> hard.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(hard))
          .findFirst()
          .orElse(Long.MAX_VALUE);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The machine's memory. */
  public static long memoryBytes() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/meminfo"))) {
      return lines
          .filter(line -> line.startsWith("MemTotal:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static boolean isZombie(int pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return stat.charAt(stat.lastIndexOf(')') + 2) == 'Z';
  }
}
