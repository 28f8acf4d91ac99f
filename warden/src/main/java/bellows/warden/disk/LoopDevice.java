package bellows.warden.disk;

import bellows.warden.kernel.Errno;
import bellows.warden.kernel.KernelException;
import bellows.warden.kernel.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * A block device over a file (linux/loop.h). It frees itself when its last user is gone, so it is
 * kept open until the file system on it is mounted and never taken down by hand.
 *
 * @param fd keeps the device alive
 */
record LoopDevice(Path device, int fd) implements AutoCloseable {
  private static final Path CONTROL = Path.of("/dev/loop-control");
  private static final long LOOP_CTL_GET_FREE = 0x4C82;
  private static final long LOOP_CONFIGURE = 0x4C0A;
  private static final long CONFIG_BYTES = 304;
  private static final long FLAGS_OFFSET = 60;
  private static final int AUTOCLEAR = 4;

  /** Without it each page written would be cached twice, for the file and for the device. */
  private static final int DIRECT_IO = 16;

  private static final int ATTEMPTS = 100;

  static LoopDevice over(Path image) {
    int control = Syscalls.open(CONTROL);
    int file = -1;
    try {
      file = Syscalls.open(image);
      for (int attempt = 1; ; attempt++) {
        long number = Syscalls.ioctl(control, LOOP_CTL_GET_FREE, 0);
        Path device = Path.of("/dev/loop" + number);
        int fd = Syscalls.open(device);
        try {
          configure(fd, file);
          return new LoopDevice(device, fd);
        } catch (KernelException e) {
          Syscalls.close(fd);
          // Somebody else took the same free device between the two calls: ask again.
          if (e.errno() != Errno.EBUSY || attempt == ATTEMPTS) {
            throw e;
          }
        }
      }
    } finally {
      if (file >= 0) {
        Syscalls.close(file);
      }
      Syscalls.close(control);
    }
  }

  private static void configure(int device, int file) {
    try {
      configure(device, file, AUTOCLEAR | DIRECT_IO);
    } catch (KernelException e) {
      if (e.errno() != Errno.EINVAL) {
        throw e;
      }
      configure(device, file, AUTOCLEAR); // the file system below cannot do direct I/O
    }
  }

  private static void configure(int device, int file, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment config = arena.allocate(CONFIG_BYTES, 8);
      config.set(ValueLayout.JAVA_INT, 0, file);
      config.set(ValueLayout.JAVA_INT, FLAGS_OFFSET, flags);
      Syscalls.ioctl(device, LOOP_CONFIGURE, config.address());
    }
  }

  @Override
  public void close() {
    Syscalls.close(fd);
  }
}
