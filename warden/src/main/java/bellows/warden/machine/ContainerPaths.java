package bellows.warden.machine;

import java.nio.file.Path;

/**
 * Where a container's files are on the host.
 *
 * @param files its directory on the host's disk, for what is large
 * @param bundle its directory below /run, which a reboot empties; holds secrets, so for root only
 * @param layered whether the home is a layer over a droplet
 */
record ContainerPaths(Path files, Path bundle, boolean layered) {
  Path image() {
    return files.resolve("disk.img");
  }

  /** Where the image is mounted; the app sees the directories in it that are named below. */
  Path disk() {
    return files.resolve("disk");
  }

  /** Becomes /home/vcap. */
  Path home() {
    return layered ? files.resolve("home") : ownHome();
  }

  /** The writable layer of the home, or all of it. */
  Path ownHome() {
    return disk().resolve("home");
  }

  /** The kernel's scratch directory for the layers. */
  Path layerWork() {
    return disk().resolve("work");
  }

  /** Becomes /tmp. */
  Path tmp() {
    return disk().resolve("tmp");
  }

  /** Becomes /var/tmp. */
  Path varTmp() {
    return disk().resolve("var-tmp");
  }

  /** Root's; the app holds its files open but cannot name them. */
  Path logs() {
    return disk().resolve("log");
  }

  Path stdout() {
    return logs().resolve("stdout");
  }

  Path stderr() {
    return logs().resolve("stderr");
  }

  /** Where init leaves the exit status. */
  Path exit() {
    return disk().resolve("exit");
  }

  Path config() {
    return bundle.resolve("config.json");
  }

  /** What a slot waits at. */
  Path pipe() {
    return bundle.resolve("wake");
  }

  /** The container's own files of /etc. */
  Path etc() {
    return bundle.resolve("etc");
  }
}
