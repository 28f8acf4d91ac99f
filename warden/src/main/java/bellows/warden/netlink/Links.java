package bellows.warden.netlink;

import bellows.warden.kernel.Errno;
import bellows.warden.kernel.InNetwork;
import bellows.warden.kernel.KernelException;
import bellows.warden.kernel.Syscalls;
import bellows.warden.netlink.NetlinkSocket.Message;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The interfaces, addresses and routes of one network namespace (linux/rtnetlink.h,
 * linux/if_link.h), changed in microseconds where the ip program takes 4 ms. For one thread.
 */
public final class Links implements AutoCloseable {
  private static final int NEW_LINK = 16;
  private static final int DELETE_LINK = 17;
  private static final int GET_LINK = 18;
  private static final int NEW_ADDRESS = 20;
  private static final int NEW_ROUTE = 24;

  private static final int NAME = 3;
  private static final int MTU = 4;
  private static final int MASTER = 10;
  private static final int INFO = 18;
  private static final int NAMESPACE = 28;
  private static final int INFO_KIND = 1;
  private static final int INFO_DATA = 2;
  private static final int INFO_SLAVE_KIND = 4;
  private static final int INFO_SLAVE_DATA = 5;
  private static final int PEER = 1;
  private static final int ISOLATED = 33;

  private static final int ADDRESS = 1;
  private static final int LOCAL = 2;
  private static final int ROUTE_GATEWAY = 5;
  private static final int ROUTE_OUT = 4;

  private static final byte IPV4 = 2;
  private static final byte MAIN_TABLE = (byte) 254;
  private static final byte BY_ADMINISTRATOR = 4;
  private static final byte UNICAST = 1;
  private static final int UP = 1;

  private final NetlinkSocket socket = new NetlinkSocket(Syscalls.Netlink.ROUTE);

  private Links() {}

  /** Those of the calling thread's namespace. */
  public static Links here() {
    return new Links();
  }

  /**
   * Those of a namespace that did not exist before.
   *
   * @param settle called in it, with nothing but a loop that is down
   */
  public static Links fresh(Runnable settle) {
    return InNetwork.fresh(() -> {
      settle.run();
      return here();
    });
  }

  /**
   * Adds a cable: one end here, up, at a bridge, and one in another namespace, down.
   *
   * @param peer name of the other end
   * @param namespace open descriptor of the other end's namespace
   */
  public void addCable(String name, String bridge, String peer, int mtu, int namespace) {
    Attributes end =
        new Attributes().put(NAME, peer).put(MTU, word(mtu)).put(NAMESPACE, word(namespace));
    Attributes data = new Attributes().put(PEER, concat(link(0, 0), end.bytes()));
    Attributes kind = new Attributes().put(INFO_KIND, "veth").put(INFO_DATA, data);
    Attributes cable =
        new Attributes()
            .put(NAME, name)
            .put(MTU, word(mtu))
            .put(MASTER, word(index(bridge)))
            .put(INFO, kind);
    change(
        NEW_LINK,
        NetlinkSocket.CREATE | NetlinkSocket.EXCLUSIVE,
        concat(link(0, UP), cable.bytes()));
  }

  /** Lets a port of a bridge reach no other port that this was said of. */
  public void isolate(String name) {
    Attributes info =
        new Attributes()
            .put(INFO_SLAVE_KIND, "bridge")
            .put(INFO_SLAVE_DATA, new Attributes().put(ISOLATED, new byte[] {1}));
    change(
        NEW_LINK, 0, concat(link(0, 0), new Attributes().put(NAME, name).put(INFO, info).bytes()));
  }

  /** Switches an interface on. */
  public void up(String name) {
    change(NEW_LINK, 0, concat(link(0, UP), new Attributes().put(NAME, name).bytes()));
  }

  /**
   * Gives an interface an IPv4 address.
   *
   * @param bits of the network that is reached by it
   */
  public void address(String name, long address, int bits) {
    byte[] header =
        ByteBuffer.allocate(8)
            .order(ByteOrder.nativeOrder())
            .put(IPV4)
            .put((byte) bits)
            .putShort((short) 0)
            .putInt(index(name))
            .array();
    Attributes own = new Attributes().put(LOCAL, ip(address)).put(ADDRESS, ip(address));
    change(
        NEW_ADDRESS, NetlinkSocket.CREATE | NetlinkSocket.EXCLUSIVE, concat(header, own.bytes()));
  }

  /** Sends what has no other way through an interface to {@code gateway}. */
  public void defaultRoute(String name, long gateway) {
    byte[] header =
        ByteBuffer.allocate(12)
            .put(IPV4)
            .put(new byte[3])
            .put(MAIN_TABLE)
            .put(BY_ADMINISTRATOR)
            .put((byte) 0)
            .put(UNICAST)
            .array();
    Attributes way =
        new Attributes().put(ROUTE_GATEWAY, ip(gateway)).put(ROUTE_OUT, word(index(name)));
    change(NEW_ROUTE, NetlinkSocket.CREATE | NetlinkSocket.EXCLUSIVE, concat(header, way.bytes()));
  }

  /** Removes an interface, and with one end of a cable the other; does nothing without it. */
  public void remove(String name) {
    try {
      change(DELETE_LINK, 0, concat(link(0, 0), new Attributes().put(NAME, name).bytes()));
    } catch (KernelException e) {
      if (e.errno() != Errno.ENODEV) {
        throw e;
      }
    }
  }

  @Override
  public void close() {
    socket.close();
  }

  private int index(String name) {
    byte[] which = concat(link(0, 0), new Attributes().put(NAME, name).bytes());
    return socket.ask(new Message(GET_LINK, 0, ByteBuffer.wrap(which))).getInt(4);
  }

  private void change(int type, int flags, byte[] payload) {
    socket.request(new Message(type, flags, ByteBuffer.wrap(payload)));
  }

  /** {@code struct ifinfomsg}; the flags that are set are the ones that change. */
  private static byte[] link(int index, int flags) {
    return ByteBuffer.allocate(16)
        .order(ByteOrder.nativeOrder())
        .putInt(0)
        .putInt(index)
        .putInt(flags)
        .putInt(flags)
        .array();
  }

  private static byte[] word(int number) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(number).array();
  }

  private static byte[] ip(long address) {
    return ByteBuffer.allocate(4).putInt((int) address).array();
  }

  private static byte[] concat(byte[] header, byte[] attributes) {
    return ByteBuffer.allocate(header.length + attributes.length)
        .put(header)
        .put(attributes)
        .array();
  }
}
