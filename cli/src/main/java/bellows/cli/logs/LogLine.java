package bellows.cli.logs;

import bellows.cli.api.Json;
import bellows.cli.terminal.Human;
import bellows.cli.terminal.Style;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Base64;

/**
 * One line of output of an app or of the platform about it.
 *
 * @param timestamp nanoseconds since the epoch
 * @param source such as {@code APP/PROC/WEB}, {@code STG}, {@code RTR}
 * @param instance index within the source, may be empty
 * @param error whether it came on standard error
 */
public record LogLine(long timestamp, String source, String instance, boolean error, String text) {
  static LogLine of(Json envelope) {
    byte[] payload = Base64.getDecoder().decode(envelope.text("log", "payload"));
    String instance = envelope.text("instance_id");
    return new LogLine(
        Long.parseLong(envelope.text("timestamp")),
        envelope.text("tags", "source_type"),
        instance.isEmpty() ? envelope.text("tags", "instance_id") : instance,
        envelope.text("log", "type").equals("ERR"),
        new String(payload, StandardCharsets.UTF_8).stripTrailing());
  }

  public boolean fromStaging() {
    return source.equals("STG");
  }

  /** {@code 2026-11-25T22:57:48.12+0000 [APP/PROC/WEB/0] OUT hello}. */
  public String format(ZoneId zone, Style style) {
    Instant instant = Instant.ofEpochSecond(0, timestamp);
    ZonedDateTime time = instant.atZone(zone);
    int offset = time.getOffset().getTotalSeconds() / 60;
    StringBuilder line = new StringBuilder("   ");
    line.append(time.getYear()).append('-').append(Human.two(time.getMonthValue())).append('-');
    line.append(Human.two(time.getDayOfMonth())).append('T').append(Human.two(time.getHour()));
    line.append(':').append(Human.two(time.getMinute())).append(':');
    line.append(Human.two(time.getSecond())).append('.');
    line.append(Human.two(time.getNano() / 10_000_000)).append(offset < 0 ? '-' : '+');
    line.append(Human.two(Math.abs(offset) / 60)).append(Human.two(Math.abs(offset) % 60));
    String label = "[" + source + (instance.isEmpty() ? "" : "/" + instance) + "]";
    return style.heading(line.toString())
        + " "
        + style.heading(label)
        + (error ? " ERR " : " OUT ")
        + (error ? style.failure(text) : text);
  }
}
