package bellows.dea.instances;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The wakes of a placement since it is on this host.
 *
 * @param at when the last one began
 * @param reason what caused it
 * @param phasesMillis how long it took: slot, mount, exec, listen, first_byte
 */
record WakeLog(
    long count,
    @Nullable Instant at,
    @Nullable String reason,
    @Nullable String request,
    @Nullable String client,
    Map<String, Double> phasesMillis) {
  static final WakeLog EMPTY = new WakeLog(0, null, null, null, null, Map.of());

  private static final double NANOS = 1e6;
  static final String FIRST_BYTE = "first_byte";

  /** One of the phases has come to its end. */
  WakeLog with(String phase, long nanos) {
    Map<String, Double> more = new LinkedHashMap<>(phasesMillis);
    more.putIfAbsent(phase, Math.round(nanos / NANOS * 1000) / 1000.0);
    return new WakeLog(count, at, reason, request, client, more);
  }

  /** For a line in the app's log. */
  String cause() {
    return (request != null ? request : reason == null ? "nobody" : reason)
        + (client == null ? "" : " (" + client + ")");
  }

  boolean lacksFirstByte() {
    return count > 0 && !phasesMillis.containsKey(FIRST_BYTE);
  }
}
