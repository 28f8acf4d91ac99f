package bellows.router.metrics;

import java.util.EnumMap;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * The latencies of one event loop. Only the loop records: without a lock, without an object, and
 * never waiting for who reads.
 */
public final class LatencyLane {
  /** An hour; what takes longer counts as an hour. */
  static final long LONGEST_MICROS = 3_600_000_000L;

  /** Values are right to 1 %. */
  static final int DIGITS = 2;

  private static final long NANOS_PER_MICRO = 1000;

  private final Map<RequestClass, Recording> recordings = new EnumMap<>(RequestClass.class);

  /** A recorder and what it lends to the reader. */
  private static final class Recording {
    private final SingleWriterRecorder recorder = new SingleWriterRecorder(LONGEST_MICROS, DIGITS);
    private @Nullable Histogram lent;
  }

  LatencyLane() {
    for (RequestClass each : RequestClass.values()) {
      recordings.put(each, new Recording());
    }
  }

  /** On the event loop only. */
  public void record(RequestClass requests, long nanos) {
    long micros = Math.clamp(nanos / NANOS_PER_MICRO, 0, LONGEST_MICROS);
    of(requests).recorder.recordValue(micros);
  }

  /** Adds what has been recorded since the last call; by one reader at a time. */
  void moveTo(Histogram total, RequestClass requests) {
    Recording recording = of(requests);
    Histogram interval = recording.recorder.getIntervalHistogram(recording.lent);
    recording.lent = interval;
    total.add(interval);
  }

  private Recording of(RequestClass requests) {
    Recording recording = recordings.get(requests);
    if (recording == null) {
      throw new IllegalStateException("not recorded: " + requests);
    }
    return recording;
  }
}
