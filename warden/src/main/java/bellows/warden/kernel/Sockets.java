package bellows.warden.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;

/**
 * TCP over IPv4 as the kernel has it: what the JDK's sockets do not tell (the port before a
 * redirect) and cannot do (moving bytes between sockets without seeing them). No call blocks; one
 * that would have to wait answers {@link #WOULD_WAIT}, one that fails answers another negative
 * errno where its description says so, and throws {@link KernelException} elsewhere.
 */
public final class Sockets {
  /** EAGAIN. */
  public static final int WOULD_WAIT = -11;

  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
  private static final long SOCKET = ARM ? 198 : 41;
  private static final long BIND = ARM ? 200 : 49;
  private static final long LISTEN = ARM ? 201 : 50;
  private static final long ACCEPT4 = ARM ? 242 : 288;
  private static final long CONNECT = ARM ? 203 : 42;
  private static final long GETPEERNAME = ARM ? 205 : 52;
  private static final long SENDTO = ARM ? 206 : 44;
  private static final long RECVFROM = ARM ? 207 : 45;
  private static final long SETSOCKOPT = ARM ? 208 : 54;
  private static final long GETSOCKOPT = ARM ? 209 : 55;
  private static final long SHUTDOWN = ARM ? 210 : 48;
  private static final long PIPE2 = ARM ? 59 : 293;
  private static final long SPLICE = ARM ? 76 : 275;

  private static final long AF_INET = 2;
  private static final long STREAM_NONBLOCK_CLOEXEC = 1 | 0x800 | 0x80000;
  private static final long NONBLOCK_CLOEXEC = 0x800 | 0x80000;
  private static final long SOL_IP = 0;
  private static final long SOL_SOCKET = 1;
  private static final long SOL_TCP = 6;
  private static final long SO_REUSEADDR = 2;
  private static final long SO_ERROR = 4;
  private static final long SO_KEEPALIVE = 9;
  private static final long SO_NETNS_COOKIE = 71;
  private static final long TCP_NODELAY = 1;
  private static final long TCP_KEEPIDLE = 4;
  private static final long TCP_KEEPINTVL = 5;
  private static final long TCP_KEEPCNT = 6;
  private static final long SO_ORIGINAL_DST = 80;
  private static final long MSG_PEEK = 2;
  private static final long MSG_NOSIGNAL = 0x4000;
  private static final long SHUT_WR = 1;
  private static final long MOVE_NONBLOCK = 3;
  private static final int EINPROGRESS = 115;
  private static final int ADDRESS_BYTES = 16;
  private static final int UNANSWERED_PROBES = 4;
  private static final ValueLayout.OfShort PORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private Sockets() {}

  /** A pipe whose ends do not block. */
  public record Pipe(int readEnd, int writeEnd) {}

  /** Listens on all addresses of this host. */
  public static int listen(int port, int backlog) {
    int socket = socket();
    try {
      option(socket, SOL_SOCKET, SO_REUSEADDR);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment address = address(arena, new byte[4], port);
        Libc.call("bind to port " + port, BIND, socket, address.address(), ADDRESS_BYTES);
      }
      Libc.call("listen", LISTEN, socket, backlog);
      return socket;
    } catch (KernelException e) {
      Syscalls.close(socket);
      throw e;
    }
  }

  /** The next connection, or a negative errno. */
  public static int accept(int listener) {
    int socket = (int) Libc.attempt(ACCEPT4, listener, 0, 0, NONBLOCK_CLOEXEC);
    if (socket >= 0) {
      option(socket, SOL_TCP, TCP_NODELAY);
    }
    return socket;
  }

  /** The port that the client asked for before the kernel redirected it here; -1 without one. */
  public static int originalPort(int socket) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(ADDRESS_BYTES, Integer.BYTES);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, ADDRESS_BYTES);
      long result =
          Libc.attempt(
              GETSOCKOPT, socket, SOL_IP, SO_ORIGINAL_DST, address.address(), length.address());
      return result < 0 ? -1 : Short.toUnsignedInt(address.get(PORT, 2));
    }
  }

  /** The client's address; empty when it is gone. */
  public static String peer(int socket) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(ADDRESS_BYTES, Integer.BYTES);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, ADDRESS_BYTES);
      if (Libc.attempt(GETPEERNAME, socket, address.address(), length.address()) < 0) {
        return "";
      }
      byte[] ip = address.asSlice(4, 4).toArray(ValueLayout.JAVA_BYTE);
      return (ip[0] & 0xff) + "." + (ip[1] & 0xff) + "." + (ip[2] & 0xff) + "." + (ip[3] & 0xff);
    }
  }

  /** Begins to connect; writable once it is decided, see {@link #error}. */
  public static int connect(byte[] ip, int port) {
    int socket = socket();
    option(socket, SOL_TCP, TCP_NODELAY);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(arena, ip, port);
      long result = Libc.attempt(CONNECT, socket, address.address(), ADDRESS_BYTES);
      if (result < 0 && result != -EINPROGRESS) {
        Syscalls.close(socket);
        throw new KernelException("connect", (int) -result, "cannot begin to connect");
      }
      return socket;
    }
  }

  /** The kernel's number of the calling thread's network namespace, never given twice (5.14). */
  public static long networkNamespace() {
    int socket = socket();
    try {
      return generalOption(socket, SO_NETNS_COOKIE, Long.BYTES);
    } finally {
      Syscalls.close(socket);
    }
  }

  /** The errno that the socket has come to; 0 for none. */
  public static int error(int socket) {
    return (int) generalOption(socket, SO_ERROR, Integer.BYTES);
  }

  private static long generalOption(int socket, long name, int bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(ValueLayout.JAVA_LONG);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, bytes);
      Libc.call(
          "getsockopt " + name,
          GETSOCKOPT,
          socket,
          SOL_SOCKET,
          name,
          value.address(),
          length.address());
      return bytes == Long.BYTES
          ? value.get(ValueLayout.JAVA_LONG, 0)
          : value.get(ValueLayout.JAVA_INT, 0);
    }
  }

  /**
   * Looks at what has come without taking it.
   *
   * @return the number of bytes now in {@code into}, 0 at the end, or a negative errno
   */
  public static int peek(int socket, byte[] into) {
    return receive(socket, into, MSG_PEEK);
  }

  /** Takes what has come; answers as {@link #peek} does. */
  public static int read(int socket, byte[] into) {
    return receive(socket, into, 0);
  }

  private static int receive(int socket, byte[] into, long flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(into.length);
      int length = (int) Libc.attempt(RECVFROM, socket, bytes.address(), into.length, flags, 0, 0);
      if (length > 0) {
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, 0, into, 0, length);
      }
      return length;
    }
  }

  /** Sends as much as fits at once; the number of bytes or a negative errno. */
  public static int send(int socket, byte[] message) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, message);
      return (int)
          Libc.attempt(SENDTO, socket, bytes.address(), message.length, MSG_NOSIGNAL, 0, 0);
    }
  }

  /**
   * Has the kernel ask the other side whether it is still there, whenever it has said nothing for
   * that long; when it is not, the connection breaks soon after.
   */
  public static void keepAlive(int socket, Duration silence) {
    int seconds = (int) Math.max(1, silence.toSeconds());
    option(socket, SOL_SOCKET, SO_KEEPALIVE);
    option(socket, SOL_TCP, TCP_KEEPIDLE, seconds);
    option(socket, SOL_TCP, TCP_KEEPINTVL, Math.max(1, seconds / UNANSWERED_PROBES));
    option(socket, SOL_TCP, TCP_KEEPCNT, UNANSWERED_PROBES);
  }

  /** Tells the other side that nothing more comes; it may go on sending. */
  public static void endWriting(int socket) {
    Libc.attempt(SHUTDOWN, socket, SHUT_WR);
  }

  public static Pipe pipe() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(2L * Integer.BYTES, Integer.BYTES);
      Libc.call("pipe2", PIPE2, ends.address(), NONBLOCK_CLOEXEC);
      return new Pipe(
          ends.get(ValueLayout.JAVA_INT, 0), ends.get(ValueLayout.JAVA_INT, Integer.BYTES));
    }
  }

  /**
   * Moves bytes inside the kernel; one of the two is a pipe's end.
   *
   * @return how many, 0 at the end of {@code from}, or a negative errno
   */
  public static int splice(int from, int to, int atMost) {
    return (int) Libc.attempt(SPLICE, from, 0, to, 0, atMost, MOVE_NONBLOCK);
  }

  private static int socket() {
    return (int) Libc.call("socket", SOCKET, AF_INET, STREAM_NONBLOCK_CLOEXEC, 0);
  }

  private static void option(int socket, long level, long name) {
    option(socket, level, name, 1);
  }

  private static void option(int socket, long level, long name, int value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocateFrom(ValueLayout.JAVA_INT, value);
      Libc.attempt(SETSOCKOPT, socket, level, name, number.address(), Integer.BYTES);
    }
  }

  private static MemorySegment address(Arena arena, byte[] ip, int port) {
    MemorySegment address = arena.allocate(ADDRESS_BYTES, Integer.BYTES);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_INET);
    address.set(PORT, 2, (short) port);
    MemorySegment.copy(Arrays.copyOf(ip, 4), 0, address, ValueLayout.JAVA_BYTE, 4, 4);
    return address;
  }
}
