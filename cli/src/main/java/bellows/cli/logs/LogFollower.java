package bellows.cli.logs;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Follows a log by asking again and again. Lines of several instances may arrive a little out of
 * order, so each look overlaps the one before by two seconds, and what was seen is left out.
 */
public final class LogFollower {
  private static final long OVERLAP_NANOS = 2_000_000_000L;

  private final LogCache cache;
  private final String app;
  private final long from;
  private Set<LogLine> seen = new HashSet<>();
  private long newest;

  LogFollower(LogCache cache, String app, long from) {
    this.cache = cache;
    this.app = app;
    this.from = from;
    this.newest = from;
  }

  /** The lines that were not there at the last call. */
  public List<LogLine> next() {
    List<LogLine> fresh = new ArrayList<>();
    List<LogLine> read = cache.since(app, Math.max(from, newest - OVERLAP_NANOS));
    keepNew(read, fresh);
    while (read.size() == LogCache.LARGEST_READ) {
      // The overlap alone fills an answer: go on from its end.
      read = cache.since(app, read.getLast().timestamp() + 1);
      keepNew(read, fresh);
    }
    forgetOld();
    return fresh;
  }

  private void keepNew(List<LogLine> read, List<LogLine> fresh) {
    for (LogLine line : read) {
      if (seen.add(line)) {
        fresh.add(line);
        newest = Math.max(newest, line.timestamp());
      }
    }
  }

  private void forgetOld() {
    Set<LogLine> recent = new HashSet<>();
    for (LogLine line : seen) {
      if (line.timestamp() >= newest - OVERLAP_NANOS) {
        recent.add(line);
      }
    }
    seen = recent;
  }
}
