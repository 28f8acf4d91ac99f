package bellows.router.accesslog;

import bellows.router.http1.AsciiWriter;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** RFC 3339 in UTC with nanoseconds; the text of a second is made once. For one event loop. */
final class Timestamp {
  private static final long NANOS = 1_000_000_000L;
  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.");

  private long second = Long.MIN_VALUE;
  private String text = "";

  void write(AsciiWriter out, long unixNanos) {
    long wanted = Math.floorDiv(unixNanos, NANOS);
    if (wanted != second) {
      second = wanted;
      text = LocalDateTime.ofEpochSecond(wanted, 0, ZoneOffset.UTC).format(SECOND);
    }
    out.put(text).padded(Math.floorMod(unixNanos, NANOS), 9).put((byte) 'Z');
  }
}
