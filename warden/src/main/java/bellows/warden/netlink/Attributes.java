package bellows.warden.netlink;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Netlink's tree of numbered values, for writing and for reading (linux/netlink.h, struct nlattr).
 * Lengths and numbers of attributes are in the machine's byte order, netfilter's values in the
 * network's.
 */
final class Attributes {
  private static final int HEADER = 4;
  private static final int NESTED = 0x8000;
  private static final int TYPE = 0x3FFF;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  Attributes put(int type, byte[] value) {
    ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.nativeOrder());
    header.putShort((short) (HEADER + value.length)).putShort((short) type);
    bytes.writeBytes(header.array());
    bytes.writeBytes(value);
    bytes.writeBytes(new byte[padding(value.length)]);
    return this;
  }

  /** A text with the zero that ends it. */
  Attributes put(int type, String value) {
    return put(type, (value + "\0").getBytes(StandardCharsets.US_ASCII));
  }

  Attributes put(int type, Attributes nested) {
    return put(type | NESTED, nested.bytes());
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }

  /** One value as it was read. */
  static final class Attribute {
    private final int type;
    private final byte[] value;

    Attribute(int type, byte[] value) {
      this.type = type;
      this.value = value;
    }

    int type() {
      return type;
    }

    byte[] value() {
      return value.clone();
    }

    List<Attribute> nested() {
      return read(ByteBuffer.wrap(value));
    }

    long number() {
      long number = 0;
      for (byte b : value) {
        number = (number << 8) | (b & 0xFF);
      }
      return number;
    }
  }

  /** All attributes from the buffer's position on; ends before one that is cut off. */
  static List<Attribute> read(ByteBuffer buffer) {
    ByteBuffer in = buffer.duplicate().order(ByteOrder.nativeOrder());
    List<Attribute> attributes = new ArrayList<>();
    while (in.remaining() >= HEADER) {
      int length = in.getShort() & 0xFFFF;
      int type = in.getShort() & TYPE;
      if (length < HEADER || length - HEADER > in.remaining()) {
        break;
      }
      byte[] value = new byte[length - HEADER];
      in.get(value);
      in.position(Math.min(in.limit(), in.position() + padding(value.length)));
      attributes.add(new Attribute(type, value));
    }
    return attributes;
  }

  /** Goes down the tree by the first attribute of each type. */
  static Optional<Attribute> find(List<Attribute> attributes, int... path) {
    List<Attribute> level = attributes;
    Attribute found = null;
    for (int type : path) {
      if (found != null) {
        level = found.nested();
      }
      found = first(level, type);
      if (found == null) {
        return Optional.empty();
      }
    }
    return Optional.ofNullable(found);
  }

  /** Not a stream: a busy host has tens of thousands of connections, each with a dozen of these. */
  private static @Nullable Attribute first(List<Attribute> level, int type) {
    for (Attribute attribute : level) {
      if (attribute.type() == type) {
        return attribute;
      }
    }
    return null;
  }

  private static int padding(int length) {
    return -length & 3;
  }
}
