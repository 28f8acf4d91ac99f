package bellows.logaggregator;

import java.util.List;

/**
 * Which lines somebody wants.
 *
 * @param startNanos since 1970, inclusive
 * @param endNanos since 1970, exclusive
 * @param limit most lines
 * @param descending the newest {@code limit}, newest first; else the oldest, oldest first
 */
record Query(long startNanos, long endNanos, int limit, boolean descending) {
  List<StoredLine> of(List<StoredLine> oldestFirst) {
    return (descending ? oldestFirst.reversed() : oldestFirst)
        .stream()
            .filter(line -> line.timestampNanos() >= startNanos)
            .filter(line -> line.timestampNanos() < endNanos)
            .limit(limit)
            .toList();
  }
}
