package bellows.warden;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a container is made of.
 *
 * @param id lower-case letters, digits and dashes, at most 64; unique on the host
 * @param uid user and group of the program, on the host and inside; never 0
 * @param droplet directory that is the shared, never written lower layer of /home/vcap
 * @param mounts host paths shown inside
 * @param command program and arguments; the program is looked up in {@code PATH} of the environment
 * @param directory where the program begins, inside; it must be there
 * @param environment all of the program's environment; nothing is added
 */
public record ContainerSpec(
    String id,
    int uid,
    @Nullable Path droplet,
    List<BindMount> mounts,
    List<String> command,
    Path directory,
    Map<String, String> environment,
    Limits limits,
    @Nullable PortMapping port,
    Egress egress) {
  /** The home of every program, inside. */
  public static final Path HOME = Path.of("/home/vcap");

  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

  public ContainerSpec {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException("container id must be [a-z0-9-], at most 64: " + id);
    }
    if (uid < 1) {
      throw new IllegalArgumentException("container uid must be above 0: " + uid);
    }
    if (command.isEmpty()) {
      throw new IllegalArgumentException("container command is empty: " + id);
    }
    mounts = List.copyOf(mounts);
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    // A record of a container that an earlier version made has none.
    directory = Objects.requireNonNullElse(directory, HOME);
  }

  /** Without the environment, which holds secrets. */
  @Override
  public String toString() {
    return "ContainerSpec[id="
        + id
        + ", uid="
        + uid
        + ", limits="
        + limits
        + ", port="
        + port
        + "]";
  }
}
