package bellows.router.http1;

import io.netty.buffer.ByteBuf;

/** Finds the end of a message's head, each byte looked at once however it trickles in. */
public final class HeadScanner {
  /** The head is not complete yet. */
  public static final int INCOMPLETE = -1;

  /** A line ends with a bare line feed. */
  public static final int MALFORMED = -2;

  private int scanned;
  private int lineStart;

  /**
   * The length of the head from the reader index on, its empty line included; 2 for an empty line
   * in front of the head.
   */
  public int find(ByteBuf in) {
    int base = in.readerIndex();
    int end = in.writerIndex();
    while (true) {
      int lf = in.indexOf(base + scanned, end, (byte) '\n');
      if (lf < 0) {
        scanned = end - base;
        return INCOMPLETE;
      }
      int at = lf - base;
      if (at == 0 || in.getByte(lf - 1) != '\r') {
        return MALFORMED;
      }
      scanned = at + 1;
      if (at == lineStart + 1) {
        return scanned;
      }
      lineStart = scanned;
    }
  }

  /** Whether the start line is still incomplete. */
  public boolean inStartLine() {
    return lineStart == 0;
  }

  /** For the next head. */
  public void reset() {
    scanned = 0;
    lineStart = 0;
  }
}
