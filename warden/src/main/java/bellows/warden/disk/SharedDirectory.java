package bellows.warden.disk;

import bellows.warden.kernel.Syscalls;
import java.nio.file.Path;

/**
 * A directory whose later mounts appear wherever it is shown as a slave: how files get into a
 * container that exists already (mount_namespaces(7), "shared subtrees").
 */
public final class SharedDirectory {
  private SharedDirectory() {}

  /** Makes it one; {@link DiskImage#unmount} undoes it. */
  public static void make(Path directory) {
    Syscalls.mount("" + directory, directory, "none", Syscalls.MS_BIND, "");
    // First out of the group of the host's own mounts, which may be shared with anybody.
    Syscalls.mount("none", directory, "none", Syscalls.MS_PRIVATE, "");
    Syscalls.mount("none", directory, "none", Syscalls.MS_SHARED, "");
  }

  /** Shows {@code source} at {@code target}, with what {@code source}'s mount allows. */
  public static void show(Path source, Path target) {
    Syscalls.mount("" + source, target, "none", Syscalls.MS_BIND, "");
  }
}
