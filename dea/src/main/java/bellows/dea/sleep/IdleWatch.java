package bellows.dea.sleep;

import bellows.base.time.Scheduler;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the kernel's counters of all ports at once and tells who has been idle for long enough.
 * Looks as often as the most impatient one needs, and not at all while nobody is awake.
 *
 * <p>Thread-safe.
 */
public final class IdleWatch implements AutoCloseable {
  private static final Duration MOST_OFTEN = Duration.ofMillis(10);
  private static final Duration LEAST_OFTEN = Duration.ofSeconds(5);

  /** So an app stays awake too long by at most a fifth of its time. */
  private static final int LOOKS_PER_PAUSE = 5;

  /** Not read yet, so that the silence begins with the first look. */
  private static final long UNKNOWN = -1;

  /** One that is awake and may sleep. */
  public interface Sleeper {
    int port();

    SleepRule rule();

    /**
     * Its time has come; must not block.
     *
     * @param counted what the kernel had counted for its port when the silence began
     */
    void idle(long counted, SleepRule.Verdict verdict);
  }

  private final Supplier<Map<Integer, Long>> counters;
  private final Scheduler scheduler;
  private final Map<Sleeper, Silence> awake = new ConcurrentHashMap<>();
  private Scheduler.@Nullable Timer timer;
  private Duration untilNext = LEAST_OFTEN;
  private boolean closed;

  private record Silence(long counted, long sinceNanos, long awakeNanos, long polledUntilNanos) {
    private Duration quiet(long now) {
      return Duration.ofNanos(now - sinceNanos);
    }
  }

  /**
   * @param counters a number for each port that grows with whatever happens there
   */
  public IdleWatch(Supplier<Map<Integer, Long>> counters, Scheduler scheduler) {
    this.counters = counters;
    this.scheduler = scheduler;
  }

  /** It is awake from now on. */
  public void add(Sleeper sleeper) {
    put(sleeper, Duration.ZERO);
  }

  /** It is not awake any more, or may not sleep any more. */
  public void remove(Sleeper sleeper) {
    awake.remove(sleeper);
  }

  /** It is awake, or about to be, and is not put to sleep for a while. */
  public void keep(Sleeper sleeper, Duration time) {
    put(sleeper, time);
  }

  private void put(Sleeper sleeper, Duration keep) {
    long now = scheduler.nanoTime();
    long until = now + keep.toNanos();
    Silence fresh = new Silence(UNKNOWN, now, now, until);
    awake.merge(
        sleeper,
        fresh,
        (had, _) ->
            new Silence(UNKNOWN, now, had.awakeNanos(), Math.max(had.polledUntilNanos(), until)));
    schedule();
  }

  /** What the kernel has counted for a port by now. */
  public long counted(int port) {
    return counters.get().getOrDefault(port, 0L);
  }

  /** One that is silent, with what had been counted when the silence began. */
  public record Idle(Sleeper sleeper, long counted) {}

  /** Who has been silent longest, and long enough to make way for others. */
  public Optional<Idle> longestIdle() {
    look();
    long now = scheduler.nanoTime();
    Stream<Map.Entry<Sleeper, Silence>> candidates =
        awake.entrySet().stream()
            .filter(e -> e.getValue().polledUntilNanos() <= now)
            .filter(e -> e.getValue().quiet(now).compareTo(SleepRule.QUIET) >= 0);
    return candidates
        .min(
            Comparator.comparingLong((Map.Entry<Sleeper, Silence> e) -> e.getValue().sinceNanos())
                .thenComparingLong(e -> e.getValue().awakeNanos()))
        .map(e -> new Idle(e.getKey(), e.getValue().counted()));
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (timer != null) {
      timer.close();
    }
    awake.clear();
  }

  private synchronized void schedule() {
    Duration pace = pace();
    if (timer != null && pace.compareTo(untilNext) < 0) {
      timer.close();
      timer = null;
    }
    if (timer == null && !closed && !awake.isEmpty()) {
      untilNext = pace;
      timer = scheduler.after(pace, this::round);
    }
  }

  private void round() {
    synchronized (this) {
      timer = null;
    }
    try {
      look();
      decide();
    } finally {
      schedule();
    }
  }

  private void look() {
    Map<Integer, Long> counts = counters.get();
    long now = scheduler.nanoTime();
    awake.replaceAll((sleeper, had) -> {
      long counted = counts.getOrDefault(sleeper.port(), 0L);
      return counted == had.counted()
          ? had
          : new Silence(counted, now, had.awakeNanos(), had.polledUntilNanos());
    });
  }

  private void decide() {
    long now = scheduler.nanoTime();
    awake.forEach((sleeper, silence) -> {
      SleepRule.Verdict verdict =
          sleeper
              .rule()
              .verdict(
                  silence.quiet(now),
                  Duration.ofNanos(now - silence.awakeNanos()),
                  now < silence.polledUntilNanos());
      if (verdict != SleepRule.Verdict.STAY) {
        sleeper.idle(silence.counted(), verdict);
      }
    });
  }

  private Duration pace() {
    Duration shortest =
        awake.keySet().stream()
            .map(s -> s.rule().after())
            .min(Comparator.naturalOrder())
            .orElse(LEAST_OFTEN)
            .dividedBy(LOOKS_PER_PAUSE);
    if (shortest.compareTo(MOST_OFTEN) < 0) {
      return MOST_OFTEN;
    }
    return shortest.compareTo(LEAST_OFTEN) > 0 ? LEAST_OFTEN : shortest;
  }
}
