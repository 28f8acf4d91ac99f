package bellows.warden.netlink;

import bellows.warden.kernel.Syscalls;
import bellows.warden.netlink.Attributes.Attribute;
import java.nio.ByteBuffer;
import java.util.List;

/** A conversation with netfilter (linux/netfilter/nfnetlink.h). For one thread. */
final class NetfilterSocket implements AutoCloseable {
  static final int IPV4 = 2;
  static final int BRIDGE = 7;
  static final int CREATE = NetlinkSocket.CREATE;

  private static final int BATCH_BEGIN = 0x10;
  private static final int BATCH_END = 0x11;
  private static final int FAMILY_HEADER = 4;

  private final int family;
  private final NetlinkSocket socket = new NetlinkSocket(Syscalls.Netlink.NETFILTER);

  NetfilterSocket(int family) {
    this.family = family;
  }

  /**
   * @param type subsystem and message
   */
  record Message(int type, int flags, Attributes attributes) {}

  /** Changes one thing. */
  void request(Message message) {
    socket.request(encode(message));
  }

  /** Changes several things of a subsystem at once, or none. */
  void transaction(int subsystem, List<Message> messages) {
    socket.batch(
        edge(BATCH_BEGIN, subsystem),
        messages.stream().map(this::encode).toList(),
        edge(BATCH_END, subsystem));
  }

  /** All answers to a question for many, each as its attributes. */
  List<List<Attribute>> dump(Message message) {
    return socket.dump(encode(message)).stream()
        .map(answer -> Attributes.read(answer.position(FAMILY_HEADER)))
        .toList();
  }

  @Override
  public void close() {
    socket.close();
  }

  private NetlinkSocket.Message encode(Message message) {
    byte[] attributes = message.attributes().bytes();
    return new NetlinkSocket.Message(
        message.type(),
        message.flags(),
        ByteBuffer.allocate(FAMILY_HEADER + attributes.length)
            .put((byte) family)
            .put(new byte[FAMILY_HEADER - 1])
            .put(attributes)
            .flip());
  }

  private static NetlinkSocket.Message edge(int type, int subsystem) {
    ByteBuffer header = ByteBuffer.allocate(FAMILY_HEADER).putShort(2, (short) subsystem);
    return new NetlinkSocket.Message(type, 0, header);
  }
}
