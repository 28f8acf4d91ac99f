package bellows.warden.netlink;

import static bellows.warden.netlink.Attributes.find;

import bellows.warden.kernel.Errno;
import bellows.warden.kernel.KernelException;
import bellows.warden.netlink.Attributes.Attribute;
import bellows.warden.netlink.NetfilterSocket.Message;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * Single elements of a table's sets and maps, each changed atomically, in 0.1 ms instead of the 4
 * ms of the nft program (linux/netfilter/nf_tables.h). Thread-safe.
 *
 * @param family of the packets that the table sees
 */
public record RuleTable(Family family, String name) {
  /** A table sees the packets of one kind. */
  public enum Family {
    IP(NetfilterSocket.IPV4),
    BRIDGE(NetfilterSocket.BRIDGE);

    private final int number;

    Family(int number) {
      this.number = number;
    }
  }

  /** A concatenated key has each part in whole words; a name of an interface takes four. */
  private static final int INTERFACE_NAME = 16;

  private static final int SUBSYSTEM = 10;
  private static final int NEW_ELEMENT = SUBSYSTEM << 8 | 12;
  private static final int GET_ELEMENT = SUBSYSTEM << 8 | 13;
  private static final int DELETE_ELEMENT = SUBSYSTEM << 8 | 14;

  private static final int TABLE = 1;
  private static final int SET = 2;
  private static final int ELEMENTS = 3;
  private static final int ITEM = 1;
  private static final int KEY = 1;
  private static final int DATA = 2;
  private static final int EXPRESSION = 7;
  private static final int EXPRESSIONS = 11;
  private static final int VALUE = 1;
  private static final int EXPRESSION_DATA = 2;
  private static final int COUNTER_BYTES = 1;
  private static final int COUNTER_PACKETS = 2;

  /** What a set has counted for one of its elements. */
  public record Count(long packets, long bytes) {}

  /** Adds a port to a set; does nothing when it is there. */
  public void add(String set, int port) {
    change(NEW_ELEMENT, NetfilterSocket.CREATE, set, key(port));
  }

  /** Adds an address together with a port to a set; does nothing when they are there. */
  public void add(String set, long address, int port) {
    change(NEW_ELEMENT, NetfilterSocket.CREATE, set, key(concatenated(address, port)));
  }

  /** Takes them out again; does nothing when they are not there. */
  public void remove(String set, long address, int port) {
    remove(set, key(concatenated(address, port)));
  }

  /** Adds a port to a map to an address and port; fails when it is there with another value. */
  public void add(String map, int port, long address, int toPort) {
    change(NEW_ELEMENT, NetfilterSocket.CREATE, map, key(port).put(DATA, target(address, toPort)));
  }

  /** Gives a port of a map another address and port; no packet finds the map without it. */
  public void replace(String map, int port, long address, int toPort) {
    try (NetfilterSocket socket = new NetfilterSocket(family.number)) {
      socket.transaction(
          SUBSYSTEM,
          List.of(
              new Message(DELETE_ELEMENT, 0, change(map, key(port))),
              new Message(
                  NEW_ELEMENT,
                  NetfilterSocket.CREATE,
                  change(map, key(port).put(DATA, target(address, toPort))))));
    }
  }

  /** Adds an interface together with an address to a set; does nothing when they are there. */
  public void add(String set, String link, long address) {
    change(NEW_ELEMENT, NetfilterSocket.CREATE, set, key(link, address));
  }

  /** Takes them out again; does nothing when they are not there. */
  public void remove(String set, String link, long address) {
    remove(set, key(link, address));
  }

  /** Takes a port out of a set or map; does nothing when it is not there. */
  public void remove(String set, int port) {
    remove(set, key(port));
  }

  private void remove(String set, Attributes key) {
    try {
      change(DELETE_ELEMENT, 0, set, key);
    } catch (KernelException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /** The ports in a counting set; empty when there is no such set. */
  public Map<Integer, Count> counts(String set) {
    return counts(set, key -> (int) key);
  }

  /** What a counting set has counted for each address, of whatever port; empty without a set. */
  public Map<Long, Count> countsByAddress(String set) {
    return counts(set, key -> key >>> Integer.SIZE);
  }

  private <K> Map<K, Count> counts(String set, LongFunction<K> name) {
    Map<K, Count> counts = new HashMap<>();
    for (Attribute element : elements(set)) {
      find(element.nested(), KEY, VALUE)
          .ifPresent(key -> counts.put(name.apply(key.number()), count(element.nested())));
    }
    return counts;
  }

  /** Empty when there is no such set. */
  private List<Attribute> elements(String set) {
    try (NetfilterSocket socket = new NetfilterSocket(family.number)) {
      Attributes which = new Attributes().put(TABLE, name).put(SET, set);
      return socket.dump(new Message(GET_ELEMENT, 0, which)).stream()
          .flatMap(part -> find(part, ELEMENTS).map(Attribute::nested).orElse(List.of()).stream())
          .toList();
    } catch (KernelException e) {
      if (e.errno() == Errno.ENOENT) {
        return List.of();
      }
      throw e;
    }
  }

  private static Count count(List<Attribute> element) {
    Optional<Attribute> counter = find(element, EXPRESSION, EXPRESSION_DATA);
    if (counter.isEmpty()) {
      counter = find(element, EXPRESSIONS, ITEM, EXPRESSION_DATA);
    }
    List<Attribute> values = counter.map(Attribute::nested).orElse(List.of());
    return new Count(
        find(values, COUNTER_PACKETS).map(Attribute::number).orElse(0L),
        find(values, COUNTER_BYTES).map(Attribute::number).orElse(0L));
  }

  private void change(int type, int flags, String set, Attributes element) {
    try (NetfilterSocket socket = new NetfilterSocket(family.number)) {
      socket.transaction(SUBSYSTEM, List.of(new Message(type, flags, change(set, element))));
    }
  }

  private Attributes change(String set, Attributes element) {
    return new Attributes()
        .put(TABLE, name)
        .put(SET, set)
        .put(ELEMENTS, new Attributes().put(ITEM, element));
  }

  private static Attributes key(int port) {
    return key(ByteBuffer.allocate(2).putShort((short) port).array());
  }

  private static Attributes key(String link, long address) {
    byte[] name = Arrays.copyOf(link.getBytes(StandardCharsets.US_ASCII), INTERFACE_NAME);
    return key(ByteBuffer.allocate(INTERFACE_NAME + 4).put(name).putInt((int) address).array());
  }

  private static Attributes key(byte[] value) {
    return new Attributes().put(KEY, new Attributes().put(VALUE, value));
  }

  private static Attributes target(long address, int port) {
    return new Attributes().put(VALUE, concatenated(address, port));
  }

  private static byte[] concatenated(long address, int port) {
    return ByteBuffer.allocate(8).putInt((int) address).putShort((short) port).array();
  }
}
