package bellows.warden.network;

import bellows.warden.kernel.Errno;
import bellows.warden.kernel.KernelException;
import bellows.warden.kernel.Syscalls;
import bellows.warden.netlink.Links;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Named network namespaces, as files that the ip program knows, too (ip-netns(8)). */
final class NetworkNamespace {
  static final Path DIRECTORY = Path.of("/run/netns");

  private static final String OF_THIS_THREAD = "/proc/thread-self/ns/net";

  private NetworkNamespace() {}

  /** Has what is mounted in the directory appear, and vanish, in other mount namespaces as well. */
  static void prepare() {
    try {
      Files.createDirectories(DIRECTORY);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + DIRECTORY, e);
    }
    try {
      share();
    } catch (KernelException e) {
      if (e.errno() != Errno.EINVAL) { // it is a mount of its own from now on
        throw e;
      }
      Syscalls.mount(DIRECTORY.toString(), DIRECTORY, "none", Syscalls.MS_BIND, "");
      share();
    }
  }

  private static void share() {
    Syscalls.mount("none", DIRECTORY, "none", Syscalls.MS_SHARED, "");
  }

  /**
   * Makes one.
   *
   * @return what is in it: a loop that is down
   */
  static Links make(String name) {
    Path file = DIRECTORY.resolve(name);
    try {
      Files.createFile(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + file, e);
    }
    return Links.fresh(() -> Syscalls.mount(OF_THIS_THREAD, file, "none", Syscalls.MS_BIND, ""));
  }

  /** Lets go of one, which ends when the last process in it has ended; nothing without it. */
  static void remove(String name) {
    Path file = DIRECTORY.resolve(name);
    try {
      Syscalls.unmount(file);
    } catch (KernelException e) {
      if (e.errno() != Errno.EINVAL && e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + file, e);
    }
  }
}
