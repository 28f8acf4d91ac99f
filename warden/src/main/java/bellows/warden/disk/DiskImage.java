package bellows.warden.disk;

import bellows.base.process.Subprocess;
import bellows.warden.kernel.Errno;
import bellows.warden.kernel.KernelException;
import bellows.warden.kernel.Syscalls;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A file system of fixed size in a sparse file, so that what is written in it takes the host's
 * space only as it comes and never more than the size, without any quota in the host's file system.
 */
public final class DiskImage {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  /**
   * One inode for so many bytes: half of what mkfs gives, because npm's trees are of small files.
   */
  private static final String BYTES_PER_INODE = "8192";

  private DiskImage() {}

  /** Makes the file and the file system in it, empty. */
  public static void format(Path image, int sizeMb) {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength((long) sizeMb << 20);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + image, e);
    }
    // No journal: after a power cut the container is gone, and with it every use of its disk.
    Subprocess.run(
            DEADLINE,
            List.of(
                "mkfs.ext4",
                "-q",
                "-F",
                "-m",
                "0",
                "-i",
                BYTES_PER_INODE,
                "-O",
                "^has_journal,^resize_inode",
                "-E",
                "nodiscard,lazy_itable_init=1",
                image.toString()))
        .orThrow("mkfs.ext4 " + image);
  }

  /** Mounts it at {@code target}: no set-uid program and no device file on it has any effect. */
  public static void mount(Path image, Path target) {
    try (LoopDevice loop = LoopDevice.over(image)) {
      // discard: freed blocks go back to the host. noinit_itable: the inode table stays sparse.
      Syscalls.mount(
          loop.device().toString(),
          target,
          "ext4",
          Syscalls.MS_NOSUID | Syscalls.MS_NODEV,
          "discard,noinit_itable");
    }
  }

  /**
   * Mounts at {@code target} a view of {@code lower} in which changes are possible and go to {@code
   * upper}; {@code work} is the kernel's, on the same file system.
   */
  public static void overlay(Path lower, Path upper, Path work, Path target) {
    Syscalls.mount(
        "overlay",
        target,
        "overlay",
        Syscalls.MS_NOSUID | Syscalls.MS_NODEV,
        "lowerdir=" + escape(lower) + ",upperdir=" + escape(upper) + ",workdir=" + escape(work));
  }

  /** Unmounts if something is mounted there. */
  public static void unmount(Path target) {
    try {
      Syscalls.unmount(target);
    } catch (KernelException e) {
      if (e.errno() != Errno.EINVAL && e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /** Gives back the space of the file's bytes before {@code upTo}; its size stays. */
  public static void discard(Path file, long upTo) {
    if (upTo > 0) {
      int fd = Syscalls.open(file);
      try {
        Syscalls.punchHole(fd, upTo);
      } finally {
        Syscalls.close(fd);
      }
    }
  }

  /** Bytes in use on the mounted disk; 0 when it cannot be read. */
  public static long used(Path mounted) {
    try {
      var store = Files.getFileStore(mounted);
      return store.getTotalSpace() - store.getUnallocatedSpace();
    } catch (IOException e) {
      return 0;
    }
  }

  /** Overlay's own escaping: a colon would separate layers, a comma options. */
  private static String escape(Path path) {
    return path.toString().replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,");
  }
}
