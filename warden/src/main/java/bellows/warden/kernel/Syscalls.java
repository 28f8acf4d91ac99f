package bellows.warden.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The system calls that containers need beyond the JDK, one method each. Thread-safe. */
public final class Syscalls {
  public static final long MS_RDONLY = 1;
  public static final long MS_NOSUID = 2;
  public static final long MS_NODEV = 4;
  public static final long MS_BIND = 0x1000;
  public static final long MS_PRIVATE = 0x40000;
  public static final long MS_SHARED = 0x100000;

  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
  private static final long OPENAT = ARM ? 56 : 257;
  private static final long CLOSE = ARM ? 57 : 3;
  private static final long IOCTL = ARM ? 29 : 16;
  private static final long MOUNT = ARM ? 40 : 165;
  private static final long UMOUNT2 = ARM ? 39 : 166;
  private static final long MMAP = ARM ? 222 : 9;
  private static final long FALLOCATE = ARM ? 47 : 285;
  private static final long PPOLL = ARM ? 73 : 271;
  private static final long EVENTFD2 = ARM ? 19 : 290;
  private static final long READ = ARM ? 63 : 0;
  private static final long WRITE = ARM ? 64 : 1;
  private static final long FCHOWNAT = ARM ? 54 : 260;
  private static final long MKNODAT = ARM ? 33 : 259;
  private static final long SOCKET = ARM ? 198 : 41;
  private static final long SENDTO = ARM ? 206 : 44;
  private static final long RECVFROM = ARM ? 207 : 45;
  private static final long SETNS = ARM ? 268 : 308;
  private static final long UNSHARE = ARM ? 97 : 272;
  private static final long LSEEK = ARM ? 62 : 8;
  private static final long PIDFD_SEND_SIGNAL = 424;
  private static final long PIDFD_OPEN = 434;

  private static final long AF_NETLINK = 16;
  private static final long SOCK_RAW_CLOEXEC = 0x80003;
  private static final long CLONE_NEWNET = 0x40000000;
  private static final long AT_FDCWD = -100;
  private static final long AT_SYMLINK_NOFOLLOW = 0x100;
  private static final long O_RDWR = 2;
  private static final long O_WRONLY_NONBLOCK = 0x801;
  private static final long FIFO_FOR_OWNER = 0x1180; // S_IFIFO and mode 0600
  private static final long O_CLOEXEC = 0x80000;
  private static final long O_NOFOLLOW = ARM ? 0x8000 : 0x20000;
  private static final long MNT_DETACH = 2;
  private static final long UMOUNT_NOFOLLOW = 8;
  private static final long KEEP_SIZE_AND_PUNCH_HOLE = 3;
  private static final long SEEK_DATA = 3;
  private static final long SEEK_HOLE = 4;
  private static final long EFD_CLOEXEC_NONBLOCK = 0x80800;
  private static final long PROT_READ_WRITE = 3;
  private static final long MAP_SHARED = 1;

  private Syscalls() {}

  /**
   * A descriptor for reading and writing that no child inherits; a link as last part is refused.
   */
  public static int open(Path file) {
    try (Arena arena = Arena.ofConfined()) {
      return (int)
          Libc.call(
              "open " + file,
              OPENAT,
              AT_FDCWD,
              text(arena, file.toString()),
              O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    }
  }

  /** A descriptor for reading that no child inherits; a link as last part is refused. */
  public static int openToRead(Path file) {
    try (Arena arena = Arena.ofConfined()) {
      return (int)
          Libc.call(
              "open " + file,
              OPENAT,
              AT_FDCWD,
              text(arena, file.toString()),
              O_CLOEXEC | O_NOFOLLOW);
    }
  }

  public static void close(int fd) {
    Libc.call("close", CLOSE, fd);
  }

  /** {@code argument} is a number or the address of native memory, as the request says. */
  public static long ioctl(int fd, long request, long argument) {
    return Libc.call("ioctl " + Long.toHexString(request), IOCTL, fd, request, argument);
  }

  /** Mounts a file system of type {@code type}; {@code options} as that type understands them. */
  public static void mount(String source, Path target, String type, long flags, String options) {
    try (Arena arena = Arena.ofConfined()) {
      Libc.call(
          "mount " + type + " on " + target,
          MOUNT,
          text(arena, source),
          text(arena, target.toString()),
          text(arena, type),
          flags,
          text(arena, options));
    }
  }

  /** Takes the mount out of the tree at once; its last user frees it. */
  public static void unmount(Path target) {
    try (Arena arena = Arena.ofConfined()) {
      Libc.call(
          "umount " + target,
          UMOUNT2,
          text(arena, target.toString()),
          MNT_DETACH | UMOUNT_NOFOLLOW);
    }
  }

  /** What {@code fd} stands for, as memory of this process until its end. */
  @SuppressWarnings("restricted") // the length is the one that was asked for
  public static MemorySegment map(int fd, long length) {
    long address = Libc.call("mmap", MMAP, 0, length, PROT_READ_WRITE, MAP_SHARED, fd, 0);
    return MemorySegment.ofAddress(address).reinterpret(length);
  }

  /** Gives the blocks back that hold the first {@code length} bytes; they then read as zeros. */
  public static void punchHole(int fd, long length) {
    Libc.call("fallocate", FALLOCATE, fd, KEEP_SIZE_AND_PUNCH_HOLE, 0, length);
  }

  /** Where the next bytes that are not a hole begin; empty when only holes follow. */
  public static OptionalLong nextData(int fd, long from) {
    long found = Libc.attempt(LSEEK, fd, from, SEEK_DATA);
    if (found == -Errno.ENXIO) {
      return OptionalLong.empty();
    }
    if (found < 0) {
      throw new KernelException("lseek", (int) -found, "cannot look for data");
    }
    return OptionalLong.of(found);
  }

  /** Where the next hole begins; the file's end is one. */
  public static long nextHole(int fd, long from) {
    return Libc.call("lseek", LSEEK, fd, from, SEEK_HOLE);
  }

  /** A descriptor that stands for the process, whatever becomes of its number. */
  public static int pidfdOpen(int pid) {
    return (int) Libc.call("pidfd_open " + pid, PIDFD_OPEN, pid, 0);
  }

  public static void pidfdSendSignal(int pidfd, int signal) {
    Libc.call("pidfd_send_signal " + signal, PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0);
  }

  /** A counter to wake a {@link #poll} with; never blocks. */
  public static int eventfd() {
    return (int) Libc.call("eventfd", EVENTFD2, 0, EFD_CLOEXEC_NONBLOCK);
  }

  /** Makes the counter readable. */
  public static void eventfdWake(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1L);
      Libc.call("write eventfd", WRITE, fd, one.address(), 8);
    }
  }

  /** Makes a readable counter unreadable again. */
  public static void eventfdClear(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      Libc.call("read eventfd", READ, fd, arena.allocate(8).address(), 8);
    }
  }

  /** Sets user and group of the file itself, not of what it links to. */
  public static void changeOwner(Path file, int uid) {
    try (Arena arena = Arena.ofConfined()) {
      Libc.call(
          "chown " + file,
          FCHOWNAT,
          AT_FDCWD,
          text(arena, file.toString()),
          uid,
          uid,
          AT_SYMLINK_NOFOLLOW);
    }
  }

  /** Makes a named pipe that only its owner may open. */
  public static void makePipe(Path file) {
    try (Arena arena = Arena.ofConfined()) {
      Libc.call(
          "mknod " + file, MKNODAT, AT_FDCWD, text(arena, file.toString()), FIFO_FOR_OWNER, 0);
    }
  }

  /** Opens a named pipe for {@link #writeNow}; empty while nobody has it open for reading. */
  public static OptionalInt openPipe(Path file) {
    try (Arena arena = Arena.ofConfined()) {
      return OptionalInt.of(
          (int)
              Libc.call(
                  "open " + file,
                  OPENAT,
                  AT_FDCWD,
                  text(arena, file.toString()),
                  O_WRONLY_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
    } catch (KernelException e) {
      if (e.errno() == Errno.ENXIO) {
        return OptionalInt.empty();
      }
      throw e;
    }
  }

  /** Writes as much from {@code offset} on as fits at once; returns how much that was. */
  public static int writeNow(int fd, byte[] bytes, int offset) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      return (int) Libc.call("write", WRITE, fd, segment.address() + offset, bytes.length - offset);
    } catch (KernelException e) {
      if (e.errno() == Errno.EAGAIN) {
        return 0;
      }
      throw e;
    }
  }

  /** Those of the kernel's parts that we talk to by netlink (linux/netlink.h). */
  public enum Netlink {
    /** Interfaces, addresses and routes. */
    ROUTE(0),
    /** The sockets of all programs. */
    SOCKET_DIAGNOSIS(4),
    /** Packet filter and connection tracker. */
    NETFILTER(12);

    private final int protocol;

    Netlink(int protocol) {
      this.protocol = protocol;
    }
  }

  /** A socket to that part, about the network namespace of the calling thread. */
  public static int socket(Netlink part) {
    return (int) Libc.call("socket " + part, SOCKET, AF_NETLINK, SOCK_RAW_CLOEXEC, part.protocol);
  }

  /**
   * Moves the calling thread, and no other, into a network namespace of its own. Nothing of ours
   * may run on that thread afterwards but what belongs there.
   */
  public static void leaveNetwork() {
    Libc.call("unshare", UNSHARE, CLONE_NEWNET);
  }

  /**
   * Moves the calling thread, and no other, into a network namespace. Nothing of ours may run on
   * that thread afterwards but what belongs there.
   */
  public static void enterNetwork(Path namespace) {
    try (Arena arena = Arena.ofConfined()) {
      long name = text(arena, namespace.toString());
      int fd = (int) Libc.call("open " + namespace, OPENAT, AT_FDCWD, name, O_CLOEXEC);
      try {
        Libc.call("setns " + namespace, SETNS, fd, CLONE_NEWNET);
      } finally {
        close(fd);
      }
    }
  }

  public static void send(int socket, byte[] message) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, message);
      Libc.call("sendto", SENDTO, socket, bytes.address(), message.length, 0, 0, 0);
    }
  }

  /** Waits for one message; what is past {@code atMost} of it is lost. */
  public static byte[] receive(int socket, int atMost) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(atMost);
      long length = Libc.call("recvfrom", RECVFROM, socket, bytes.address(), atMost, 0, 0, 0);
      return bytes.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /** Waits without a limit; {@code pollfds} is an array of {@code struct pollfd}. */
  static int poll(MemorySegment pollfds, int count) {
    return (int) Libc.call("ppoll", PPOLL, pollfds.address(), count, 0, 0, 0);
  }

  private static long text(Arena arena, String text) {
    return arena.allocateFrom(text).address();
  }
}
