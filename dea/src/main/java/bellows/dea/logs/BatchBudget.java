package bellows.dea.logs;

/** How much of one bus message lines take, so that no batch is larger than the bus carries. */
final class BatchBudget {
  /** With the longest line on top still well below the bus's 1 MiB. */
  private static final int BYTES = 400 << 10;

  /** Keys, time, ids and source of one line. */
  private static final int AROUND_A_LINE = 400;

  private int taken;

  /** Counts a line in; false when it belongs into the next batch, which it then has begun. */
  boolean fits(String text) {
    int bytes = AROUND_A_LINE + escaped(text);
    if (taken > 0 && taken + bytes > BYTES) {
      taken = bytes;
      return false;
    }
    taken += bytes;
    return true;
  }

  /** Upper bound of the text's length as JSON. */
  private static int escaped(String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x20) {
        bytes += 6;
      } else if (c == '"' || c == '\\') {
        bytes += 2;
      } else {
        bytes += c < 0x80 ? 1 : 3;
      }
    }
    return bytes;
  }
}
