package bellows.dea.activator;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * How many apps one source may wake: some at once, then one after the other, so that a scanner that
 * knocks at every port does not wake the fleet. Those who call for others are not counted. A caller
 * of an app that is awake, or that another one has woken, costs nothing. For one thread.
 */
final class WakeLimit {
  /** A person's dashboard of all their apps. */
  private static final int AT_ONCE = 60;

  private static final long ONE_EACH_NANOS = Duration.ofSeconds(1).toNanos();

  /** The least recent ones are forgotten first: they may wake most again anyway. */
  private static final int SOURCES = 10_000;

  private final Predicate<String> exempt;

  /** When each source will have worked off what it has woken. */
  private final Map<String, Long> busyUntil =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > SOURCES;
        }
      };

  /**
   * @param exempt addresses behind which there is more than one caller
   */
  WakeLimit(Predicate<String> exempt) {
    this.exempt = exempt;
  }

  /** Counts a wake; when it is one too many, how long the source has to wait. */
  Optional<Duration> take(String source, long nanoTime) {
    if (exempt.test(source)) {
      return Optional.empty();
    }
    long free = busyUntil.getOrDefault(source, nanoTime);
    long next = (free - nanoTime > 0 ? free : nanoTime) + ONE_EACH_NANOS;
    long over = next - nanoTime - AT_ONCE * ONE_EACH_NANOS;
    if (over > 0) {
      return Optional.of(Duration.ofNanos(over));
    }
    busyUntil.put(source, next);
    return Optional.empty();
  }
}
