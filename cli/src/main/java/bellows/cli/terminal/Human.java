package bellows.cli.terminal;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/**
 * Numbers as people read them; written by hand because a format string costs a tenth of a command.
 */
public final class Human {
  private static final String[] DAYS = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  private static final String[] MONTHS = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
  };
  private static final String UNITS = "KMGTPE";

  private Human() {}

  /** {@code 256M}, {@code 1.5G}, {@code 12B}: powers of 1024, at most one digit after the point. */
  public static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + "B";
    }
    int unit = 0;
    double value = bytes / 1024.0;
    while (value >= 1023.95 && unit < UNITS.length() - 1) {
      value /= 1024;
      unit++;
    }
    return oneDigit(value) + UNITS.charAt(unit);
  }

  public static String megabytes(long megabytes) {
    return bytes(megabytes << 20);
  }

  /**
   * The number of whole mebibytes that {@code text} such as {@code 512M}, {@code 1GB} or {@code
   * 1.5g} means.
   *
   * @return -1 when it means none
   */
  public static long parseMegabytes(String text) {
    int digits = 0;
    while (digits < text.length()
        && (Character.isDigit(text.charAt(digits)) || text.charAt(digits) == '.')) {
      digits++;
    }
    String unit = text.substring(digits).strip().toUpperCase(java.util.Locale.ROOT);
    double factor =
        switch (unit) {
          case "K", "KB" -> 1.0 / 1024;
          case "M", "MB" -> 1;
          case "G", "GB" -> 1024;
          case "T", "TB" -> 1024 * 1024;
          default -> -1;
        };
    if (digits == 0 || factor < 0) {
      return -1;
    }
    try {
      long value = (long) (Double.parseDouble(text.substring(0, digits)) * factor);
      return value > 0 ? value : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** {@code 12.5%} of a fraction. */
  public static String percent(double fraction) {
    long tenths = Math.round(fraction * 1000);
    return tenths / 10 + "." + tenths % 10 + "%";
  }

  /** {@code 4s}, {@code 2m 5s}, {@code 3h 1m}. */
  public static String elapsed(Duration time) {
    long seconds = Math.max(0, time.toSeconds());
    if (seconds < 60) {
      return seconds + "s";
    }
    return seconds < 3600
        ? seconds / 60 + "m " + seconds % 60 + "s"
        : seconds / 3600 + "h " + seconds / 60 % 60 + "m";
  }

  /** {@code Wed 25 Nov 22:57:48 UTC 2026}. */
  public static String date(Instant time) {
    ZonedDateTime utc = time.atZone(ZoneOffset.UTC);
    return DAYS[utc.getDayOfWeek().getValue() - 1]
        + " "
        + two(utc.getDayOfMonth())
        + " "
        + MONTHS[utc.getMonthValue() - 1]
        + " "
        + two(utc.getHour())
        + ":"
        + two(utc.getMinute())
        + ":"
        + two(utc.getSecond())
        + " UTC "
        + utc.getYear();
  }

  /** At least two digits. */
  public static String two(long number) {
    return number < 10 ? "0" + number : Long.toString(number);
  }

  private static String oneDigit(double value) {
    long tenths = Math.round(value * 10);
    return tenths % 10 == 0 ? Long.toString(tenths / 10) : tenths / 10 + "." + tenths % 10;
  }
}
