package bellows.cloudcontroller.manifests;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as manifests write them: {@code 512M}, {@code 1G}, {@code 1024KB}. */
final class MemorySize {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})\\s*([KMGT]?)B?");

  private MemorySize() {}

  /** Bytes; empty when it is no size. A number without unit is bytes. */
  static Optional<Long> bytes(String text) {
    Matcher size = SIZE.matcher(text.strip().toUpperCase(Locale.ROOT));
    if (!size.matches()) {
      return Optional.empty();
    }
    long unit =
        switch (size.group(2)) {
          case "K" -> 1L << 10;
          case "M" -> 1L << 20;
          case "G" -> 1L << 30;
          case "T" -> 1L << 40;
          default -> 1L;
        };
    try {
      return Optional.of(Math.multiplyExact(Long.parseLong(size.group(1)), unit));
    } catch (ArithmeticException e) {
      return Optional.empty();
    }
  }

  /** Whole megabytes, above 0; a unit is required. */
  static Optional<Integer> megabytes(String text) {
    if (text.strip().chars().allMatch(Character::isDigit)) {
      return Optional.empty();
    }
    return bytes(text)
        .filter(bytes -> bytes > 0 && bytes % (1L << 20) == 0)
        .map(bytes -> bytes >> 20)
        .filter(megabytes -> megabytes <= Integer.MAX_VALUE)
        .map(Long::intValue);
  }
}
