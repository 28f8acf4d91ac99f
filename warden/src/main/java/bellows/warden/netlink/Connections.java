package bellows.warden.netlink;

import static bellows.warden.netlink.Attributes.find;

import bellows.warden.kernel.Errno;
import bellows.warden.kernel.KernelException;
import bellows.warden.netlink.Attributes.Attribute;
import bellows.warden.netlink.NetfilterSocket.Message;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The connections that the kernel tracks (linux/netfilter/nfnetlink_conntrack.h). Thread-safe. */
public final class Connections {
  private static final int CONNTRACK = 1 << 8;
  private static final int GET = CONNTRACK | 1;
  private static final int DELETE = CONNTRACK | 2;

  private static final int ORIGINAL = 1;
  private static final int REPLY = 2;
  private static final int PROTOCOL_STATE = 4;
  private static final int COUNTED = 9;
  private static final int COUNTED_REPLY = 10;
  private static final int ID = 12;
  private static final int MARK = 8;
  private static final int MARK_MASK = 21;
  private static final int FILTER = 25;
  private static final int ORIGINAL_FLAGS = 1;
  private static final int REPLY_FLAGS = 2;
  private static final int IP = 1;

  /** Both the attribute of an address and the flag that it is to be compared. */
  private static final int SOURCE = 1;

  private static final int DESTINATION = 2;
  private static final int TCP = 6;
  private static final int TCP_ESTABLISHED = 3;

  private Connections() {}

  /**
   * A connection as it came in and as it goes on.
   *
   * @param from client's address and port
   * @param to address and port that the client asked for
   * @param mark what rules have written on it, {@code ct mark}
   * @param served address and port that answers
   * @param bytes in both directions; 0 when the kernel does not count
   */
  public record Tracked(
      int mark, Endpoint from, Endpoint to, Endpoint served, boolean established, long bytes) {}

  /** An IPv4 address, as an unsigned number, and a port. */
  public record Endpoint(long address, int port) {}

  /** The TCP connections that were opened to an address. */
  public static List<Tracked> tcpTo(long address) {
    return tcp(filter(ORIGINAL, DESTINATION, address));
  }

  /** Those of them with a bit in their mark. */
  public static List<Tracked> tcpTo(long address, int bit) {
    return tcp(marked(filter(ORIGINAL, DESTINATION, address), bit));
  }

  /** The TCP connections with a bit in their mark. */
  public static List<Tracked> tcpMarked(int bit) {
    return tcp(marked(new Attributes(), bit));
  }

  private static Attributes marked(Attributes filter, int bit) {
    byte[] mark = ByteBuffer.allocate(4).putInt(bit).array();
    return filter.put(MARK, mark).put(MARK_MASK, mark);
  }

  /** The TCP connections of a container's address: those that it serves, and those it opened. */
  public static List<Tracked> tcpOf(long address) {
    return Stream.of(servedBy(address), openedBy(address)).flatMap(f -> tcp(f).stream()).toList();
  }

  /** Forgets all connections of a container's address, of any protocol; returns how many. */
  public static int forget(long address) {
    int forgotten = 0;
    for (Attributes filter : List.of(servedBy(address), openedBy(address))) {
      try (NetfilterSocket socket = new NetfilterSocket(NetfilterSocket.IPV4)) {
        for (List<Attribute> entry : socket.dump(new Message(GET, 0, filter))) {
          if (forget(socket, entry)) {
            forgotten++;
          }
        }
      }
    }
    return forgotten;
  }

  /** Forgets those that {@code chosen} accepts, of any protocol; returns how many. */
  public static int forget(Predicate<Tracked> chosen) {
    try (NetfilterSocket socket = new NetfilterSocket(NetfilterSocket.IPV4)) {
      int forgotten = 0;
      for (List<Attribute> entry : socket.dump(new Message(GET, 0, new Attributes()))) {
        if (tracked(entry).filter(chosen).isPresent() && forget(socket, entry)) {
          forgotten++;
        }
      }
      return forgotten;
    }
  }

  private static List<Tracked> tcp(Attributes filter) {
    try (NetfilterSocket socket = new NetfilterSocket(NetfilterSocket.IPV4)) {
      return socket.dump(new Message(GET, 0, filter)).stream()
          .filter(Connections::isTcp)
          .flatMap(entry -> tracked(entry).stream())
          .toList();
    }
  }

  private static Attributes servedBy(long address) {
    return filter(REPLY, SOURCE, address);
  }

  private static Attributes openedBy(long address) {
    return filter(ORIGINAL, SOURCE, address);
  }

  /** The kernel chooses, so that we do not read tens of thousands on a busy host (since 5.8). */
  private static Attributes filter(int direction, int end, long address) {
    byte[] ip = ByteBuffer.allocate(4).putInt((int) address).array();
    Attributes tuple = new Attributes().put(IP, new Attributes().put(end, ip));
    byte[] flag = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(end).array();
    byte[] none = new byte[4];
    Attributes flags =
        new Attributes()
            .put(ORIGINAL_FLAGS, direction == ORIGINAL ? flag : none)
            .put(REPLY_FLAGS, direction == REPLY ? flag : none);
    return new Attributes().put(direction, tuple).put(FILTER, flags);
  }

  private static boolean forget(NetfilterSocket socket, List<Attribute> entry) {
    Attributes which = new Attributes();
    find(entry, ORIGINAL).ifPresent(tuple -> which.put(ORIGINAL | 0x8000, tuple.value()));
    find(entry, ID).ifPresent(id -> which.put(ID, id.value()));
    try {
      socket.request(new Message(DELETE, 0, which));
      return true;
    } catch (KernelException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
      return false; // it ended by itself since the look
    }
  }

  private static boolean isTcp(List<Attribute> entry) {
    return find(entry, ORIGINAL, 2, 1).filter(number -> number.number() == TCP).isPresent();
  }

  private static Optional<Tracked> tracked(List<Attribute> entry) {
    Optional<Endpoint> from = endpoint(entry, ORIGINAL, 1, 2);
    Optional<Endpoint> to = endpoint(entry, ORIGINAL, 2, 3);
    Optional<Endpoint> served = endpoint(entry, REPLY, 1, 2);
    if (from.isEmpty() || to.isEmpty() || served.isEmpty()) {
      return Optional.empty();
    }
    boolean established =
        find(entry, PROTOCOL_STATE, 1, 1).filter(s -> s.number() == TCP_ESTABLISHED).isPresent();
    long bytes = bytes(entry, COUNTED) + bytes(entry, COUNTED_REPLY);
    int mark = find(entry, MARK).map(value -> (int) value.number()).orElse(0);
    return Optional.of(new Tracked(mark, from.get(), to.get(), served.get(), established, bytes));
  }

  private static Optional<Endpoint> endpoint(
      List<Attribute> entry, int direction, int address, int port) {
    return find(entry, direction, 1, address)
        .map(ip ->
            new Endpoint(
                ip.number(), find(entry, direction, 2, port).map(p -> (int) p.number()).orElse(0)));
  }

  private static long bytes(List<Attribute> entry, int direction) {
    return find(entry, direction, 2).map(Attribute::number).orElse(0L);
  }
}
