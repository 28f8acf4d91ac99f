package bellows.router.metrics;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * How long requests have taken since start, by {@link RequestClass}, gathered from all event loops
 * when somebody asks. Thread-safe.
 */
public final class Latencies {
  /** The upper bounds of the buckets that are shown, in microseconds. */
  private static final List<Long> BOUNDS =
      List.of(
          250L,
          500L,
          1_000L,
          2_500L,
          5_000L,
          10_000L,
          25_000L,
          50_000L,
          100_000L,
          250_000L,
          500_000L,
          1_000_000L,
          2_500_000L,
          5_000_000L,
          10_000_000L,
          30_000_000L,
          60_000_000L,
          300_000_000L);

  private static final double MICROS_PER_SECOND = 1e6;

  private final List<LatencyLane> lanes = new CopyOnWriteArrayList<>();
  private final Object reading = new Object();
  private final Map<RequestClass, Histogram> totals = new EnumMap<>(RequestClass.class);

  /**
   * Requests that took at most so long, this bucket's and all below.
   *
   * @param seconds the bucket's upper bound
   */
  public record Bucket(double seconds, long count) {}

  /**
   * What is known of a class.
   *
   * @param sumSeconds right to 1 %, and never smaller than before
   */
  public record Summary(List<Bucket> buckets, long count, double sumSeconds) {}

  /** For one more event loop. */
  public LatencyLane newLane() {
    LatencyLane lane = new LatencyLane();
    lanes.add(lane);
    return lane;
  }

  public Summary summary(RequestClass requests) {
    synchronized (reading) {
      Histogram total =
          totals.computeIfAbsent(
              requests, key -> new Histogram(LatencyLane.LONGEST_MICROS, LatencyLane.DIGITS));
      lanes.forEach(lane -> lane.moveTo(total, requests));
      return summary(total);
    }
  }

  private static Summary summary(Histogram total) {
    long[] counts = new long[BOUNDS.size()];
    long sumMicros = 0;
    for (HistogramIterationValue each : total.recordedValues()) {
      long micros = total.medianEquivalentValue(each.getValueIteratedTo());
      long count = each.getCountAddedInThisIterationStep();
      sumMicros += micros * count;
      for (int i = 0; i < counts.length; i++) {
        if (micros <= BOUNDS.get(i)) {
          counts[i] += count;
        }
      }
    }
    List<Bucket> buckets = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      buckets.add(new Bucket(BOUNDS.get(i) / MICROS_PER_SECOND, counts[i]));
    }
    return new Summary(List.copyOf(buckets), total.getTotalCount(), sumMicros / MICROS_PER_SECOND);
  }
}
