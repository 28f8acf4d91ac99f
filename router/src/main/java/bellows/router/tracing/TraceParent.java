package bellows.router.tracing;

import bellows.router.http1.AsciiWriter;

/**
 * The header {@code traceparent} (W3C Trace Context, level 2, section 3.2): {@code
 * 00-TRACE-PARENT-FLAGS}, in lower case. Used again for each request.
 */
final class TraceParent {
  private static final int VERSION = 2;
  private static final int TRACE = VERSION + 1;
  private static final int PARENT = TRACE + 33;
  private static final int FLAGS = PARENT + 17;
  private static final int LENGTH = FLAGS + 2;

  static final int SAMPLED = 1;

  /** The flags that are known; a sender of others means what we do not know. */
  private static final int KNOWN_FLAGS = 0b11;

  long high;
  long low;
  long parent;
  int flags;

  /** Takes the value in the bytes [from, to) if it is valid. */
  boolean read(byte[] bytes, int from, int to) {
    if (to - from < LENGTH
        || !HexField.isLowerHex(bytes, from, VERSION)
        || bytes[from + VERSION] != '-'
        || !HexField.isLowerHex(bytes, from + TRACE, 32)
        || bytes[from + PARENT - 1] != '-'
        || !HexField.isLowerHex(bytes, from + PARENT, 16)
        || bytes[from + FLAGS - 1] != '-'
        || !HexField.isLowerHex(bytes, from + FLAGS, 2)) {
      return false;
    }
    long version = HexField.read(bytes, from, VERSION);
    boolean more = to - from > LENGTH;
    // A later version may say more, behind another dash.
    if (version == 0xff || (more && (version == 0 || bytes[from + LENGTH] != '-'))) {
      return false;
    }
    high = HexField.read(bytes, from + TRACE, 16);
    low = HexField.read(bytes, from + TRACE + 16, 16);
    parent = HexField.read(bytes, from + PARENT, 16);
    flags = (int) HexField.read(bytes, from + FLAGS, 2) & KNOWN_FLAGS;
    return (high | low) != 0 && parent != 0;
  }

  void write(AsciiWriter out) {
    out.put("00-").hex(high, 16).hex(low, 16).put((byte) '-').hex(parent, 16);
    out.put("-0").put((byte) ('0' + flags));
  }
}
