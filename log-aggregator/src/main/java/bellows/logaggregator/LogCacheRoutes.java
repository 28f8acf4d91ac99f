package bellows.logaggregator;

import bellows.base.time.Scheduler;
import bellows.http.Reply;
import bellows.http.Request;
import bellows.http.Route;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP API of log-cache, as far as logs go (reference/api.md, section 7.1). */
public final class LogCacheRoutes {
  private static final Logger log = LoggerFactory.getLogger(LogCacheRoutes.class);

  /** The release whose API this is. */
  private static final String VERSION = "3.1.0";

  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1000;
  private static final Set<String> TYPES =
      Set.of("ANY", "LOG", "COUNTER", "GAUGE", "TIMER", "EVENT");
  private static final Set<String> LOG_TYPES = Set.of("ANY", "LOG");

  private final LogStore store;
  private final AppReaders readers;
  private final Scheduler scheduler;
  private final long startedNanos;

  /** Errors carry gRPC's code, as those of the original do, which is a gateway to gRPC. */
  private enum Problem {
    INVALID_ARGUMENT(400, 3),
    NOT_FOUND(404, 5),
    UNAVAILABLE(503, 14);

    private final int status;
    private final int code;

    Problem(int status, int code) {
      this.status = status;
      this.code = code;
    }

    Reply reply(String message) {
      return Reply.json(status, Map.of("code", code, "message", message, "details", List.of()));
    }
  }

  public LogCacheRoutes(LogStore store, AppReaders readers, Scheduler scheduler) {
    this.store = store;
    this.readers = readers;
    this.scheduler = scheduler;
    this.startedNanos = scheduler.nanoTime();
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/api/v1/info", request -> info()),
        Route.get("/api/v1/meta", this::meta),
        Route.get("/api/v1/read/:source_id", this::read));
  }

  private Reply info() {
    Duration uptime = Duration.ofNanos(scheduler.nanoTime() - startedNanos);
    return Reply.ok(Map.of("version", VERSION, "vm_uptime", Long.toString(uptime.toSeconds())));
  }

  private Reply meta(Request request) {
    try {
      Map<String, LogStore.Meta> visible = new LinkedHashMap<>(store.meta());
      visible.keySet().removeIf(app -> !mayRead(request, app));
      return Reply.ok(EnvelopePresenter.meta(visible));
    } catch (UncheckedIOException e) {
      return unavailable(e);
    }
  }

  private Reply read(Request request) {
    String app = request.pathParam("source_id");
    try {
      if (!mayRead(request, app)) {
        // Whether there is such an app is nothing for strangers.
        return Problem.NOT_FOUND.reply("Not Found");
      }
      Query query = query(request);
      List<StoredLine> lines = wantsLogs(request) ? store.read(app, query) : List.of();
      return Reply.ok(EnvelopePresenter.batch(app, lines));
    } catch (IllegalArgumentException e) {
      return Problem.INVALID_ARGUMENT.reply(String.valueOf(e.getMessage()));
    } catch (UncheckedIOException e) {
      return unavailable(e);
    }
  }

  private boolean mayRead(Request request, String app) {
    return request
        .header("Authorization")
        .filter(header -> readers.mayRead(header, app))
        .isPresent();
  }

  private static Reply unavailable(UncheckedIOException e) {
    log.atWarn().setCause(e).log("logs.permission_unknown");
    return Problem.UNAVAILABLE.reply("Cannot find out now who may read this log");
  }

  private Query query(Request request) {
    long start = number(request, "start_time", 0);
    long end = number(request, "end_time", 0);
    long limit = number(request, "limit", DEFAULT_LIMIT);
    if (limit < 0 || limit > MAX_LIMIT) {
      throw new IllegalArgumentException("limit must be 0 to " + MAX_LIMIT);
    }
    if (end != 0 && start > end) {
      throw new IllegalArgumentException("start_time must be before end_time");
    }
    return new Query(
        start,
        // What was added a moment ago may carry the time of this moment.
        end == 0 ? LogStore.nanos(scheduler.now()) + 1 : end,
        limit == 0 ? DEFAULT_LIMIT : (int) limit,
        flag(request, "descending"));
  }

  private static boolean wantsLogs(Request request) {
    List<String> types = request.query().getOrDefault("envelope_types", List.of());
    for (String type : types) {
      if (!TYPES.contains(type)) {
        throw new IllegalArgumentException("envelope_types: unknown type");
      }
    }
    return types.isEmpty() || types.stream().anyMatch(LOG_TYPES::contains);
  }

  private static long number(Request request, String name, long absent) {
    String text = request.queryParam(name).orElse("");
    try {
      return text.isEmpty() ? absent : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " must be a whole number", e);
    }
  }

  private static boolean flag(Request request, String name) {
    return switch (request.queryParam(name).orElse("false")) {
      case "true", "1", "" -> true;
      case "false", "0" -> false;
      default -> throw new IllegalArgumentException(name + " must be true or false");
    };
  }
}
