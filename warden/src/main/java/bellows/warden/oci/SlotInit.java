package bellows.warden.oci;

import bellows.warden.ContainerSpec;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The first process of a warm slot: a shell that waits, as root of nothing, until a pipe tells it
 * what to become. It may change its user and give up its capabilities, and does nothing else.
 *
 * <p>The environment is set only after the user is: until then a variable such as {@code
 * LD_PRELOAD} would run the app's code with what capabilities there are.
 */
public final class SlotInit {
  /** Where the pipe is inside; only root may open it. */
  public static final String PIPE = "/run/wake";

  static final List<String> COMMAND = List.of("/bin/sh", "-c", ". " + PIPE);

  private SlotInit() {}

  /**
   * What to write into the pipe so that the shell becomes the container's init with the program.
   *
   * @param openFiles at most, already within our own limit
   */
  public static String become(ContainerSpec spec, long openFiles) {
    Stream<String> drop =
        Stream.of(
            "/usr/bin/setpriv",
            "--reuid=" + spec.uid(),
            "--regid=" + spec.uid(),
            "--clear-groups",
            "--bounding-set=-all",
            "--inh-caps=-all",
            "--no-new-privs");
    Stream<String> surroundings =
        Stream.concat(
            Stream.of("/usr/bin/env", "-i", "-C", Bundle.USER_HOME, "--"),
            spec.environment().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(variable -> variable.getKey() + "=" + variable.getValue()));
    return "ulimit -n "
        + openFiles
        + "\nexec "
        + Stream.of(drop, surroundings, Init.command(spec.command()).stream())
            .flatMap(words -> words)
            .map(SlotInit::quote)
            .collect(Collectors.joining(" "))
        + "\n";
  }

  private static String quote(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
