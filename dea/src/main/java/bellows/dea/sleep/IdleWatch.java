package bellows.dea.sleep;

import bellows.base.time.Scheduler;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the kernel's counters of all ports at once and tells who has been idle for long enough.
 * Looks as often as the most impatient one needs, and not at all while nobody is awake.
 *
 * <p>Thread-safe.
 */
public final class IdleWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(IdleWatch.class);
  private static final Duration MOST_OFTEN = Duration.ofMillis(10);
  private static final Duration LEAST_OFTEN = Duration.ofSeconds(5);

  /** As long as a router waits for an answer: who still waits after that has been forgotten. */
  private static final Duration LONGEST_ANSWER = Duration.ofMinutes(15);

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

  /** What the kernel knows of ports. */
  public interface Ports {
    /** A number for each port that grows with whatever happens there. */
    Map<Integer, Long> counts();

    /** Those with somebody who has asked something and waits for the answer. */
    Set<Integer> unanswered();
  }

  private final Ports ports;
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

  public IdleWatch(Ports ports, Scheduler scheduler) {
    this.ports = ports;
    this.scheduler = scheduler;
  }

  /** It is awake from now on; of one that was so before, its age goes on, by a new rule. */
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

  private synchronized void put(Sleeper sleeper, Duration keep) {
    long now = scheduler.nanoTime();
    long until = now + keep.toNanos();
    // Taken out first: the new one may have another rule, and a map keeps the key that it has.
    Silence had = awake.remove(sleeper);
    awake.put(
        sleeper,
        had == null
            ? new Silence(UNKNOWN, now, now, until)
            : new Silence(UNKNOWN, now, had.awakeNanos(), Math.max(had.polledUntilNanos(), until)));
    schedule();
  }

  /** What the kernel has counted for a port by now. */
  public long counted(int port) {
    return ports.counts().getOrDefault(port, 0L);
  }

  /** Whether somebody waits for an answer from that port, however silent it is. */
  public boolean unanswered(int port) {
    return ports.unanswered().contains(port);
  }

  /** One that is silent, with what had been counted when the silence began. */
  public record Idle(Sleeper sleeper, long counted) {}

  /** Who has been silent long enough to make way for others, the longest first. */
  public List<Idle> longestIdleFirst() {
    look();
    long now = scheduler.nanoTime();
    Set<Integer> unanswered = ports.unanswered();
    return awake.entrySet().stream()
        .filter(e -> !isAwaited(e.getKey(), e.getValue(), now, unanswered))
        .filter(e -> e.getValue().polledUntilNanos() <= now)
        .filter(e -> e.getValue().quiet(now).compareTo(SleepRule.QUIET) >= 0)
        .sorted(
            Comparator.comparingLong((Map.Entry<Sleeper, Silence> e) -> e.getValue().sinceNanos())
                .thenComparingLong(e -> e.getValue().awakeNanos()))
        .map(e -> new Idle(e.getKey(), e.getValue().counted()))
        .toList();
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
    } catch (RuntimeException e) {
      log.atWarn().setCause(e).log("idle.not_seen");
    } finally {
      schedule();
    }
  }

  private void look() {
    Map<Integer, Long> counts = ports.counts();
    long now = scheduler.nanoTime();
    awake.replaceAll((sleeper, had) -> {
      long counted = counts.getOrDefault(sleeper.port(), 0L);
      return counted == had.counted()
          ? had
          : new Silence(counted, now, had.awakeNanos(), had.polledUntilNanos());
    });
  }

  /**
   * An app may think for longer than it may be idle: who waits for an answer keeps it awake. That
   * is asked for those alone whose time has come. An answer or a question after the look is no
   * matter, since whoever puts one to sleep looks at its counter again.
   */
  private void decide() {
    long now = scheduler.nanoTime();
    Map<Sleeper, Silence> due = new HashMap<>();
    awake.forEach((sleeper, silence) -> {
      if (verdict(sleeper, silence, now, false) != SleepRule.Verdict.STAY) {
        due.put(sleeper, silence);
      }
    });
    if (due.isEmpty()) {
      return;
    }
    Set<Integer> unanswered = ports.unanswered();
    due.forEach((sleeper, silence) -> {
      SleepRule.Verdict verdict =
          verdict(sleeper, silence, now, isAwaited(sleeper, silence, now, unanswered));
      if (verdict != SleepRule.Verdict.STAY) {
        sleeper.idle(silence.counted(), verdict);
      }
    });
  }

  private static boolean isAwaited(
      Sleeper sleeper, Silence silence, long now, Set<Integer> unanswered) {
    return unanswered.contains(sleeper.port()) && silence.quiet(now).compareTo(LONGEST_ANSWER) < 0;
  }

  private static SleepRule.Verdict verdict(
      Sleeper sleeper, Silence silence, long now, boolean unanswered) {
    return sleeper
        .rule()
        .verdict(
            silence.quiet(now),
            Duration.ofNanos(now - silence.awakeNanos()),
            now < silence.polledUntilNanos(),
            unanswered);
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
