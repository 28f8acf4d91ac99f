package bellows.router.ratelimit;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How much one client may ask of one route: this many requests at once, and as many again spread
 * over each period.
 *
 * @param requests 0 for as many as it likes
 */
public record RateLimit(long requests, Duration period) {
  /** No limit. */
  public static final RateLimit NONE = new RateLimit(0, Duration.ofSeconds(1));

  private static final Pattern TEXT = Pattern.compile("([1-9][0-9]{0,8})/([smh])");

  public RateLimit {
    if (requests < 0 || !period.isPositive()) {
      throw new IllegalArgumentException("a rate limit must be above 0 requests in above 0s");
    }
  }

  /** Reads {@code 100/m} (units s, m and h) or {@code off}; empty when it is neither. */
  public static Optional<RateLimit> parse(@Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    if (text.equals("off")) {
      return Optional.of(NONE);
    }
    Matcher matcher = TEXT.matcher(text);
    return matcher.matches()
        ? Optional.of(new RateLimit(Long.parseLong(matcher.group(1)), unit(matcher.group(2))))
        : Optional.empty();
  }

  private static Duration unit(String letter) {
    return switch (letter) {
      case "s" -> Duration.ofSeconds(1);
      case "m" -> Duration.ofMinutes(1);
      default -> Duration.ofHours(1);
    };
  }

  /** Whether there is one. */
  public boolean limits() {
    return requests > 0;
  }
}
