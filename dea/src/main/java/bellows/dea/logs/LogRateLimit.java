package bellows.dea.logs;

/** A bucket of bytes for one instance; a full one allows a burst. Not thread-safe. */
final class LogRateLimit {
  private static final long SMALLEST_BURST = 16 << 10;

  private final long bytesPerSecond;
  private final double burst;
  private double available;
  private long filledAt;

  LogRateLimit(long bytesPerSecond, long nowNanos) {
    this.bytesPerSecond = bytesPerSecond;
    this.burst = bytesPerSecond == 0 ? 0 : Math.max(bytesPerSecond, SMALLEST_BURST);
    this.available = burst;
    this.filledAt = nowNanos;
  }

  long bytesPerSecond() {
    return bytesPerSecond;
  }

  /** Takes the line's bytes when they are there. */
  boolean admit(int bytes, long nowNanos) {
    available = Math.min(burst, available + (nowNanos - filledAt) / 1e9 * (double) bytesPerSecond);
    filledAt = nowNanos;
    // A line longer than the burst would never pass, so it may overdraw a full bucket.
    if (burst == 0 || (bytes > available && available < burst)) {
      return false;
    }
    available -= bytes;
    return true;
  }
}
