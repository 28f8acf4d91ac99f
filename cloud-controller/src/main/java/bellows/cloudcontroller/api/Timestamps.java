package bellows.cloudcontroller.api;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Times as the API writes them: UTC, whole seconds, {@code 2026-01-31T23:59:59Z}. */
public final class Timestamps {
  private static final Pattern FORM = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");

  private Timestamps() {}

  public static String text(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** Empty when the text has another form or names no day. */
  static Optional<Instant> parse(String text) {
    if (!FORM.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.parse(text));
    } catch (java.time.DateTimeException e) {
      return Optional.empty();
    }
  }

  /** The column of a row; it must not be null. */
  public static Instant column(ResultSet row, String name) throws SQLException {
    return row.getObject(name, OffsetDateTime.class).toInstant();
  }

  /** The column of a row, null as null. */
  public static @Nullable Instant nullableColumn(ResultSet row, String name) throws SQLException {
    OffsetDateTime value = row.getObject(name, OffsetDateTime.class);
    return value == null ? null : value.toInstant();
  }
}
