package bellows.router.http1;

/** The character classes of RFC 9110 and comparisons without case, over bytes. */
public final class Ascii {
  private static final boolean[] TOKEN = new boolean[256];
  private static final boolean[] VALUE = new boolean[256];
  private static final boolean[] HOST = new boolean[256];
  private static final byte[] LOWER = new byte[256];

  static {
    for (int c = 0; c < 256; c++) {
      boolean alphanumeric =
          (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      TOKEN[c] = alphanumeric || (c < 128 && "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
      VALUE[c] = c == '\t' || (c >= ' ' && c != 127);
      HOST[c] = alphanumeric || c == '.' || c == '-' || c == '_';
      LOWER[c] = (byte) (c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
  }

  private Ascii() {}

  /** A character of a method or a field name. */
  public static boolean isToken(byte b) {
    return TOKEN[b & 0xff];
  }

  /** A character of a field value: visible, blank, tab or above 127. */
  public static boolean isValue(byte b) {
    return VALUE[b & 0xff];
  }

  static boolean isHost(byte b) {
    return HOST[b & 0xff];
  }

  static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  /** The value of a hexadecimal digit, -1 for another byte. */
  public static int hex(byte b) {
    return Character.digit(b, 16);
  }

  /** As it is, but for a capital letter. */
  public static byte lower(byte b) {
    return LOWER[b & 0xff];
  }

  /** Whether {@code length} bytes from {@code from} are {@code lowerCase}, in any case. */
  public static boolean equalsIgnoreCase(byte[] bytes, int from, byte[] lowerCase, int length) {
    if (from + length > bytes.length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (LOWER[bytes[from + i] & 0xff] != lowerCase[i]) {
        return false;
      }
    }
    return true;
  }
}
