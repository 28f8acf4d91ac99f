package bellows.router.pipeline;

/**
 * How many HTTP/2 frames a client may send that bring nobody forward: PING, SETTINGS, PRIORITY,
 * WINDOW_UPDATE and the like are cheap for it and not for us. What brings a request forward earns
 * more of them.
 */
final class FrameBudget {
  private static final int MOST = 1000;
  private static final int PER_TICK = 50;
  private static final int PER_REQUEST = 10;
  private static final int ERROR = 20;
  private static final int TAKEN_BACK = 40;

  /** A client that reads fast opens its window about once for so many bytes, or less often. */
  private static final int BYTES_PER_FRAME = 2048;

  private int left = MOST;
  private int bytes;

  /** Takes note of a frame; false when there were too many. */
  boolean spend() {
    return --left >= 0;
  }

  /** As {@link #spend} for a frame that breaks a rule, and gets an answer. */
  boolean spendOnError() {
    left -= ERROR;
    return left >= 0;
  }

  /** Takes note of a request that was reset before it was started: no client has many of those. */
  void chargeTakenBack() {
    left -= TAKEN_BACK;
  }

  void tick() {
    earn(PER_TICK);
  }

  void earnByRequest() {
    earn(PER_REQUEST);
  }

  /** So much of a body went to the client, or came from it. */
  void earnByBytes(int moved) {
    bytes += moved;
    earn(bytes / BYTES_PER_FRAME);
    bytes %= BYTES_PER_FRAME;
  }

  private void earn(int frames) {
    left = Math.min(MOST, left + frames);
  }
}
