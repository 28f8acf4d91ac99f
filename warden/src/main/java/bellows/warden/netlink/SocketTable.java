package bellows.warden.netlink;

import bellows.warden.kernel.Errno;
import bellows.warden.kernel.InNetwork;
import bellows.warden.kernel.KernelException;
import bellows.warden.kernel.Syscalls;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * The TCP sockets of one network namespace (linux/inet_diag.h, linux/sock_diag.h). A question costs
 * microseconds, whereas reading {@code /proc/PID/net/tcp} goes through the connections of the whole
 * machine: 4 ms on one with 24 GiB. Thread-safe.
 */
public final class SocketTable implements AutoCloseable {
  private static final short SOCK_DIAG_BY_FAMILY = 20;
  private static final short ERROR = 2;
  private static final short REQUEST = 1;
  private static final int HEADER = 16;

  /** {@code struct inet_diag_req_v2}. */
  private static final int QUESTION = 56;

  private static final byte IPV4 = 2;
  private static final byte TCP = 6;
  private static final int EVERY_STATE = -1;
  private static final int ADDRESS_BYTES = 16;
  private static final long NO_COOKIE = -1;

  /** Where {@code struct inet_diag_msg} has the state, and what it is there. */
  private static final int STATE = HEADER + 1;

  private static final byte LISTEN = 10;
  private static final int LARGEST_ANSWER = 4096;

  private final int fd;
  private boolean closed;

  private SocketTable(int fd) {
    this.fd = fd;
  }

  /**
   * The table of the namespace in that file, which lives at least until this is closed.
   *
   * @throws KernelException when there is no such namespace
   */
  public static SocketTable of(Path namespace) {
    return new SocketTable(
        InNetwork.call(namespace, () -> Syscalls.socket(Syscalls.Netlink.SOCKET_DIAGNOSIS)));
  }

  /** Whether a connection to that IPv4 address and port would find somebody who listens. */
  public synchronized boolean listens(String ip, int port) {
    if (closed) {
      return false;
    }
    Syscalls.send(fd, question(ip, port));
    ByteBuffer answer =
        ByteBuffer.wrap(Syscalls.receive(fd, LARGEST_ANSWER)).order(ByteOrder.nativeOrder());
    if (answer.getShort(4) != ERROR) {
      return answer.get(STATE) == LISTEN;
    }
    int errno = -answer.getInt(HEADER);
    if (errno != Errno.ENOENT) {
      throw new KernelException("sock_diag", errno, "refused");
    }
    return false;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Syscalls.close(fd);
    }
  }

  private static byte[] question(String ip, int port) {
    ByteBuffer out = ByteBuffer.allocate(HEADER + QUESTION).order(ByteOrder.nativeOrder());
    out.putInt(out.capacity()).putShort(SOCK_DIAG_BY_FAMILY).putShort(REQUEST).putLong(0);
    out.put(IPV4).put(TCP).putShort((short) 0).putInt(EVERY_STATE);
    out.order(ByteOrder.BIG_ENDIAN).putShort((short) port).putShort((short) 0);
    int address = out.position();
    out.put(InetAddress.ofLiteral(ip).getAddress())
        .position(address + 2 * ADDRESS_BYTES); // from nobody in particular
    return out.putInt(0).putLong(NO_COOKIE).array();
  }
}
