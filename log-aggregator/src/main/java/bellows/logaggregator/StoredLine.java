package bellows.logaggregator;

import java.nio.charset.StandardCharsets;

/**
 * A line as it is kept.
 *
 * @param timestampNanos since 1970; no other line of the app has the same
 * @param payload UTF-8
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StoredLine(
    long timestampNanos, String sourceType, String instanceId, boolean stderr, byte[] payload) {
  /** What an entry costs beside its text, roughly: objects, references, array headers. */
  private static final int OVERHEAD_BYTES = 96;

  static StoredLine of(
      long timestampNanos, String sourceType, String instanceId, boolean stderr, String text) {
    // There are few of them, and every message brings its own copies.
    return new StoredLine(
        timestampNanos,
        sourceType.intern(),
        instanceId.intern(),
        stderr,
        text.getBytes(StandardCharsets.UTF_8));
  }

  int bytes() {
    return OVERHEAD_BYTES + payload.length;
  }
}
