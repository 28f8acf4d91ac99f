package bellows.logaggregator;

import bellows.base.time.Scheduler;
import bellows.contracts.logs.LogBatch;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The newest lines of every app, in memory: bounded by app and in all. When all is full, the app
 * that was silent the longest loses its lines. Thread-safe.
 */
public final class LogStore {
  private final Config config;
  private final Scheduler scheduler;
  private final LongAdder dropped = new LongAdder();

  private final ReentrantLock lock = new ReentrantLock();

  /** By app, of those that have lines; the one written to last is last. */
  private final LinkedHashMap<String, Ring> rings = new LinkedHashMap<>();

  /** By app, of those that lost all: so that a reader is told of it. Oldest first. */
  private final LinkedHashMap<String, Ring> emptied = new LinkedHashMap<>();

  private long bytes;

  /**
   * @param maxLines of an app
   * @param maxBytes of an app
   * @param maxTotalBytes of all apps together
   * @param maxApps apps that are remembered, be it without lines
   */
  public record Config(int maxLines, long maxBytes, long maxTotalBytes, int maxApps) {
    public static final Config DEFAULT = new Config(2_000, 2L << 20, 64L << 20, 20_000);

    public Config {
      if (maxLines < 1 || maxBytes < 1 || maxTotalBytes < maxBytes || maxApps < 1) {
        throw new IllegalArgumentException(
            "logs.max_*: above 0, and what an app may have must fit into what all may");
      }
    }
  }

  /**
   * What is known of an app's log.
   *
   * @param expired lines that were dropped
   * @param oldestNanos 0 when there is no line
   * @param newestNanos 0 when there is no line
   */
  record Meta(long count, long expired, long oldestNanos, long newestNanos) {}

  public LogStore(Config config, Scheduler scheduler) {
    this.config = config;
    this.scheduler = scheduler;
  }

  /** A line from the future is taken as one of now: it would hide all that follows. */
  public void add(LogBatch.Line line) {
    long said = Math.min(line.timestampNanos(), nanos(scheduler.now()));
    lock.lock();
    try {
      Ring ring = ring(line.app());
      rings.putLast(line.app().intern(), ring); // others of this process keep it, too
      long droppedBefore = ring.dropped();
      bytes +=
          ring.add(
              StoredLine.of(
                  ring.timeFor(said),
                  line.sourceType(),
                  line.instanceId(),
                  line.stderr(),
                  line.text()));
      dropped.add(ring.dropped() - droppedBefore);
      evict();
    } finally {
      lock.unlock();
    }
  }

  /** Lines dropped for want of room, since start. */
  public long dropped() {
    return dropped.sum();
  }

  List<StoredLine> read(String app, Query query) {
    List<StoredLine> lines;
    lock.lock();
    try {
      Ring ring = rings.getOrDefault(app, emptied.get(app));
      lines = ring == null ? List.of() : ring.lines();
    } finally {
      lock.unlock();
    }
    return query.of(lines);
  }

  /** By app, of those that have lines. */
  Map<String, Meta> meta() {
    Map<String, Meta> all = new LinkedHashMap<>();
    lock.lock();
    try {
      rings.forEach((app, ring) ->
          all.put(
              app, new Meta(ring.size(), ring.dropped(), ring.oldestNanos(), ring.newestNanos())));
    } finally {
      lock.unlock();
    }
    return all;
  }

  static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }

  private Ring ring(String app) {
    Ring known = rings.get(app);
    if (known == null) {
      known = emptied.remove(app);
    }
    return known == null ? new Ring(config.maxLines(), config.maxBytes()) : known;
  }

  private void evict() {
    while (bytes > config.maxTotalBytes()) {
      Map.Entry<String, Ring> silent = rings.pollFirstEntry();
      drop(silent.getValue());
      emptied.putLast(silent.getKey(), silent.getValue());
    }
    while (rings.size() + emptied.size() > config.maxApps()) {
      if (emptied.pollFirstEntry() == null) {
        drop(rings.pollFirstEntry().getValue());
      }
    }
  }

  private void drop(Ring ring) {
    bytes -= ring.bytes();
    dropped.add(ring.size());
    ring.clear();
  }
}
