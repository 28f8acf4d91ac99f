package bellows.cli.logs;

import bellows.cli.api.Api;
import bellows.cli.api.ApiException;
import bellows.cli.api.Json;
import bellows.cli.api.Query;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Reads an app's stored log (reference/api.md, section 7.1). */
public final class LogCache {
  static final int LARGEST_READ = 1000;

  /** Before every line there is: what the field's client sends, too. */
  private static final long BEFORE_ALL = -6795364578871345152L;

  private final Api api;
  private final String base;

  /**
   * @param base address of the log cache
   */
  public LogCache(Api api, String base) {
    this.api = api;
    this.base = base;
  }

  /** The last lines, oldest first. */
  public List<LogLine> recent(String app, int atMost) {
    for (int limit = Math.min(atMost, LARGEST_READ); ; limit /= 2) {
      try {
        List<LogLine> lines = new ArrayList<>(read(app, BEFORE_ALL, limit, true));
        Collections.reverse(lines);
        return lines;
      } catch (ApiException e) {
        if (e.status() != 429 || limit < 2) {
          throw e;
        }
      }
    }
  }

  /** A reader of what comes after now. */
  public LogFollower follow(String app) {
    List<LogLine> newest = read(app, BEFORE_ALL, 1, true);
    return new LogFollower(this, app, newest.isEmpty() ? 0 : newest.getFirst().timestamp() + 1);
  }

  /** The oldest lines from {@code start} on. */
  List<LogLine> since(String app, long start) {
    return read(app, start, LARGEST_READ, false);
  }

  private List<LogLine> read(String app, long start, int limit, boolean descending) {
    Query query =
        Query.of(base + "/api/v1/read/" + Query.encode(app))
            .with("envelope_types", "LOG")
            .with("limit", Integer.toString(limit))
            .with("start_time", Long.toString(start));
    Json answer = api.get((descending ? query.with("descending", "true") : query).path());
    return answer.items("envelopes", "batch").stream()
        .filter(envelope -> envelope.at("log").present())
        .map(LogLine::of)
        .toList();
  }
}
