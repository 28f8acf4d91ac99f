package bellows.router.routes;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * Texts one after the other in one array, as short as is simple: guids and hexadecimal digits, of
 * which ids are made, as their bits. Not thread-safe; used again for the next texts.
 */
final class CompactTexts {
  /** Up to this a first byte is the length of plain text. */
  private static final int LONGEST_PLAIN = 0x7f;

  private static final int GUID = 0x80;
  private static final int LONG_TEXT = 0x81;

  /** From this on a first byte says of how many bytes there are the hexadecimal digits. */
  private static final int DIGITS = 0x90;

  private static final int GUID_LENGTH = 36;
  private static final int FEWEST_DIGITS = 16;
  private static final int MOST_DIGITS = 128;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);

  void clear() {
    out.reset();
  }

  byte[] toBytes() {
    return out.toByteArray();
  }

  void add(String text) {
    if (isGuid(text)) {
      UUID guid = UUID.fromString(text);
      out.write(GUID);
      out.writeBytes(
          ByteBuffer.allocate(2 * Long.BYTES)
              .putLong(guid.getMostSignificantBits())
              .putLong(guid.getLeastSignificantBits())
              .array());
    } else if (isDigits(text)) {
      out.write(DIGITS + text.length() / 2);
      out.writeBytes(HexFormat.of().parseHex(text));
    } else {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      if (bytes.length <= LONGEST_PLAIN) {
        out.write(bytes.length);
      } else {
        out.write(LONG_TEXT);
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
      }
      out.writeBytes(bytes);
    }
  }

  private static boolean isGuid(String text) {
    if (text.length() != GUID_LENGTH) {
      return false;
    }
    for (int i = 0; i < GUID_LENGTH; i++) {
      boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
      if (dash ? text.charAt(i) != '-' : !isDigit(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDigits(String text) {
    int length = text.length();
    if (length < FEWEST_DIGITS || length > MOST_DIGITS || length % 2 != 0) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (!isDigit(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** Lower case only: what comes out is what went in. */
  private static boolean isDigit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }

  /** The texts that {@code bytes} were made of. */
  static List<String> read(byte[] bytes) {
    List<String> texts = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    while (in.hasRemaining()) {
      int first = in.get() & 0xff;
      if (first == GUID) {
        texts.add(new UUID(in.getLong(), in.getLong()).toString());
      } else if (first == LONG_TEXT) {
        texts.add(new String(take(in, in.getInt()), StandardCharsets.UTF_8));
      } else if (first >= DIGITS) {
        texts.add(HexFormat.of().formatHex(take(in, first - DIGITS)));
      } else {
        texts.add(new String(take(in, first), StandardCharsets.UTF_8));
      }
    }
    return texts;
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] taken = new byte[length];
    in.get(taken);
    return taken;
  }

  /** Whether the first texts of both are the same. */
  static boolean haveSameFirst(byte[] left, byte[] right) {
    int length = firstLength(left);
    return length == firstLength(right) && Arrays.equals(left, 0, length, right, 0, length);
  }

  private static int firstLength(byte[] bytes) {
    int first = bytes[0] & 0xff;
    if (first == GUID) {
      return 1 + 2 * Long.BYTES;
    }
    if (first == LONG_TEXT) {
      return 1 + Integer.BYTES + ByteBuffer.wrap(bytes).getInt(1);
    }
    return 1 + (first >= DIGITS ? first - DIGITS : first);
  }
}
