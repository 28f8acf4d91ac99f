package bellows.router.tracing;

import bellows.router.http1.Ascii;

/** Numbers in hexadecimal, as trace headers hold them. */
final class HexField {
  private HexField() {}

  /** Whether the bytes [from, from + digits) are digits; of {@code a} to {@code f} in any case. */
  static boolean isHex(byte[] bytes, int from, int digits) {
    for (int i = from; i < from + digits; i++) {
      if (Ascii.hex(bytes[i]) < 0) {
        return false;
      }
    }
    return true;
  }

  /** As {@link #isHex}, in lower case alone. */
  static boolean isLowerHex(byte[] bytes, int from, int digits) {
    for (int i = from; i < from + digits; i++) {
      if (Ascii.lower(bytes[i]) != bytes[i]) {
        return false;
      }
    }
    return isHex(bytes, from, digits);
  }

  /** The number that up to 16 digits make. */
  static long read(byte[] bytes, int from, int digits) {
    long value = 0;
    for (int i = from; i < from + digits; i++) {
      value = value << 4 | Ascii.hex(bytes[i]);
    }
    return value;
  }
}
