package bellows.router.accesslog;

import bellows.router.http1.AsciiWriter;

/** How bytes of a client are written so that they can end neither a field nor a line. */
enum Escape {
  /** As gorouter does: {@code \x22}. */
  TEXT("\\x"),
  /** As a JSON string demands, with bytes above 127 taken for Latin-1. */
  JSON("\\u00");

  private final String prefix;

  Escape(String prefix) {
    this.prefix = prefix;
  }

  /** Appends the bytes [from, to). */
  void put(AsciiWriter out, byte[] bytes, int from, int to) {
    int plain = from;
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      // A byte above 127 is negative.
      if (b < ' ' || b == '"' || b == '\\' || b == 127) {
        out.put(bytes, plain, i);
        out.put(prefix).hex((long) b << 56, 2);
        plain = i + 1;
      }
    }
    out.put(bytes, plain, to);
  }
}
