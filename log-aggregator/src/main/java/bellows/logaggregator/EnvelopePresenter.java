package bellows.logaggregator;

import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Lines in the form of loggregator's envelopes (reference/api.md, section 7.2). */
final class EnvelopePresenter {
  private static final String PROCESS = "APP/PROC/";

  private EnvelopePresenter() {}

  static Map<String, Object> batch(String app, List<StoredLine> lines) {
    return Map.of(
        "envelopes", Map.of("batch", lines.stream().map(line -> envelope(app, line)).toList()));
  }

  static Map<String, Object> meta(Map<String, LogStore.Meta> metas) {
    Map<String, Object> presented = new TreeMap<>();
    metas.forEach((app, meta) ->
        presented.put(
            app,
            Map.of(
                "count", Long.toString(meta.count()),
                "expired", Long.toString(meta.expired()),
                "oldestTimestamp", Long.toString(meta.oldestNanos()),
                "newestTimestamp", Long.toString(meta.newestNanos()))));
    return Map.of("meta", presented);
  }

  private static Map<String, Object> envelope(String app, StoredLine line) {
    return Map.of(
        "timestamp", Long.toString(line.timestampNanos()),
        "source_id", app,
        "instance_id", line.instanceId(),
        "deprecated_tags", Map.of(),
        "tags", tags(app, line),
        "log",
            Map.of(
                "payload",
                Base64.getEncoder().encodeToString(line.payload()),
                "type",
                line.stderr() ? "ERR" : "OUT"));
  }

  private static Map<String, String> tags(String app, StoredLine line) {
    Map<String, String> tags = new TreeMap<>();
    tags.put("app_id", app);
    tags.put("instance_id", line.instanceId());
    tags.put("source_type", line.sourceType());
    if (line.sourceType().startsWith(PROCESS)) {
      String type = line.sourceType().substring(PROCESS.length());
      tags.put("process_type", type.toLowerCase(Locale.ROOT));
    }
    return tags;
  }
}
