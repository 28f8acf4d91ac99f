package bellows.logaggregator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The newest lines of one app, oldest first. Not thread-safe. */
final class Ring {
  private final int maxLines;
  private final long maxBytes;
  private final Deque<StoredLine> lines = new ArrayDeque<>();
  private long bytes;
  private long dropped;
  private long lastDroppedNanos;
  private long newestNanos = Long.MIN_VALUE;

  Ring(int maxLines, long maxBytes) {
    this.maxLines = maxLines;
    this.maxBytes = maxBytes;
  }

  /**
   * The time that a line gets which says it is from {@code timestampNanos}: after all that came
   * before. So whoever follows the log, always asking for what is newer than the last line seen,
   * misses nothing, not even what two sources wrote at once or one delivered late.
   */
  long timeFor(long timestampNanos) {
    return newestNanos == Long.MIN_VALUE
        ? timestampNanos
        : Math.max(timestampNanos, newestNanos + 1);
  }

  /**
   * @return by how many bytes the ring grew; negative when it shrank
   */
  long add(StoredLine line) {
    long before = bytes;
    lines.add(line);
    bytes += line.bytes();
    newestNanos = line.timestampNanos();
    while (lines.size() > maxLines || bytes > maxBytes) {
      dropOldest();
    }
    return bytes - before;
  }

  /** Drops everything; what was dropped stays known. */
  void clear() {
    while (!lines.isEmpty()) {
      dropOldest();
    }
  }

  long bytes() {
    return bytes;
  }

  long dropped() {
    return dropped;
  }

  int size() {
    return lines.size();
  }

  /** Zero when there is none. */
  long oldestNanos() {
    return lines.isEmpty() ? 0 : lines.getFirst().timestampNanos();
  }

  /** Zero when there is none. */
  long newestNanos() {
    return lines.isEmpty() ? 0 : lines.getLast().timestampNanos();
  }

  /** All lines, after a line that tells how many are missing, if any are. */
  List<StoredLine> lines() {
    List<StoredLine> all = new ArrayList<>(lines.size() + 1);
    if (dropped > 0) {
      all.add(
          StoredLine.of(
              lastDroppedNanos,
              "LGR",
              "0",
              true,
              "%d older lines were dropped: at most %d lines or %d bytes are kept"
                  .formatted(dropped, maxLines, maxBytes)));
    }
    all.addAll(lines);
    return all;
  }

  private void dropOldest() {
    StoredLine oldest = lines.remove();
    bytes -= oldest.bytes();
    dropped++;
    lastDroppedNanos = oldest.timestampNanos();
  }
}
