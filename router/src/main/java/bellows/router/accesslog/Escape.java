package bellows.router.accesslog;

import bellows.router.http1.AsciiWriter;

/** How bytes of a client are written so that they can end neither a field nor a line. */
enum Escape {
  /** As gorouter does: {@code \x22}. */
  TEXT {
    @Override
    void put(AsciiWriter out, byte b) {
      out.put("\\x").hex((long) b << 56, 2);
    }
  },
  /** As a JSON string demands, with bytes above 127 taken for Latin-1. */
  JSON {
    @Override
    void put(AsciiWriter out, byte b) {
      if (b == '"' || b == '\\') {
        out.put((byte) '\\').put(b);
      } else {
        out.put("\\u00").hex((long) b << 56, 2);
      }
    }
  };

  private static final boolean[] ESCAPED = new boolean[256];

  static {
    for (int b = 0; b < ESCAPED.length; b++) {
      ESCAPED[b] = b < ' ' || b == '"' || b == '\\' || b >= 127;
    }
  }

  /** Appends one that may not stand as it is. */
  abstract void put(AsciiWriter out, byte b);

  /** Appends the bytes [from, to). */
  void put(AsciiWriter out, byte[] bytes, int from, int to) {
    int plain = from;
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (ESCAPED[b & 0xff]) {
        out.put(bytes, plain, i);
        put(out, b);
        plain = i + 1;
      }
    }
    out.put(bytes, plain, to);
  }
}
