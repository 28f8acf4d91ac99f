package bellows.dea.instances;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How many wakes have succeeded on this host, and where their time went. Thread-safe. */
public final class WakeCounts {
  private static final double MILLIS_PER_SECOND = 1e3;
  private static final double MICROS_PER_SECOND = 1e6;

  private final LongAdder wakes = new LongAdder();
  private final Map<String, LongAdder> micros = new ConcurrentHashMap<>();

  /** The program of one listens. */
  void woken(WakeLog wake) {
    wakes.increment();
    wake.phasesMillis().forEach(this::add);
  }

  /** It has begun to answer. */
  void answered(WakeLog wake) {
    Double millis = wake.phasesMillis().get(WakeLog.FIRST_BYTE);
    if (millis != null) {
      add(WakeLog.FIRST_BYTE, millis);
    }
  }

  private void add(String phase, double millis) {
    micros
        .computeIfAbsent(phase, _ -> new LongAdder())
        .add(Math.round(millis * MICROS_PER_SECOND / MILLIS_PER_SECOND));
  }

  public long count() {
    return wakes.sum();
  }

  /** Divided by the count, what a wake takes on average. */
  public Map<String, Double> secondsByPhase() {
    Map<String, Double> seconds = new TreeMap<>();
    micros.forEach((phase, sum) -> seconds.put(phase, sum.sum() / MICROS_PER_SECOND));
    return seconds;
  }
}
