package bellows.warden.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What is mounted, as {@code /proc/self/mountinfo} says (proc(5)). */
public record Mounts(List<Mount> all) {
  /**
   * @param type such as {@code ext4} or {@code cgroup2}
   * @param options of the file system itself, such as the controllers of a cgroup hierarchy
   */
  public record Mount(Path target, String type, List<String> options) {}

  public Mounts {
    all = List.copyOf(all);
  }

  public static Mounts now() {
    try {
      return parse(Files.readString(Path.of("/proc/self/mountinfo")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Mounts parse(String mountinfo) {
    return new Mounts(mountinfo.lines().map(Mounts::line).toList());
  }

  /** Those at or below {@code directory}, the last mounted first, which is the order to unmount. */
  public List<Path> below(Path directory) {
    return all.reversed().stream().map(Mount::target).filter(t -> t.startsWith(directory)).toList();
  }

  private static Mount line(String line) {
    List<String> fields = List.of(line.split(" ", -1));
    int separator = fields.indexOf("-");
    return new Mount(
        Path.of(unescape(fields.get(4))),
        fields.get(separator + 1),
        List.of(fields.get(separator + 3).split(",", -1)));
  }

  private static String unescape(String path) {
    return path.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\");
  }
}
