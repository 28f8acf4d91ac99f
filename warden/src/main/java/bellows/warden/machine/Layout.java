package bellows.warden.machine;

import java.nio.file.Path;

/**
 * Where a warden's files are; every path carries its name or lies in its directory.
 *
 * @param name of the warden
 * @param directory on the host's disk
 */
record Layout(String name, Path directory) {
  Path rootfs() {
    return directory.resolve("rootfs");
  }

  /** One directory for each container. */
  Path containers() {
    return directory.resolve("containers");
  }

  /** One directory for each container: the OCI bundle. */
  Path bundles() {
    return run().resolve("bundles");
  }

  /** One JSON file for each container. */
  Path records() {
    return run().resolve("records");
  }

  /** The OCI runtime's own notes. */
  Path runtime() {
    return run().resolve("oci");
  }

  /** Copies of the host's largest programs. */
  Path programs() {
    return run().resolve("programs");
  }

  /** Emptied by a reboot, together with what it speaks of. */
  Path run() {
    return Path.of("/run", "warden-" + name);
  }

  /** Parent of all cgroups. */
  String cgroup() {
    return "/" + name;
  }

  String cgroup(String id) {
    return cgroup() + "/" + id;
  }

  ContainerPaths of(String id, boolean layered) {
    return new ContainerPaths(containers().resolve(id), bundles().resolve(id), layered);
  }
}
