package bellows.dea.activator;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the first bytes of a connection tell: whether an HTTP error would be understood, and whom to
 * name in the log. Nothing is decided by it but the form of a refusal. Pure.
 */
record FirstBytes(boolean http, @Nullable String request, @Nullable String client) {
  static final FirstBytes NONE = new FirstBytes(false, null, null);

  private static final int LONGEST_SHOWN = 200;
  private static final Pattern REQUEST_LINE =
      Pattern.compile("([A-Z]{3,20}) (/[!-~]*|\\*|https?://[!-~]*) HTTP/1\\.[01]");
  private static final String USER_AGENT = "user-agent:";

  /**
   * @param length how many of {@code bytes} there are
   */
  static FirstBytes of(byte[] bytes, int length) {
    String text = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    // Empty lines may come before a request (RFC 9112, section 2.2); a router that wants to wake an
    // instance without a request to send says no more than that.
    String head = text.replaceFirst("^(\r\n)+", "");
    String[] lines = head.split("\r?\n", -1);
    Matcher line = REQUEST_LINE.matcher(lines[0]);
    if (!line.matches()) {
      return new FirstBytes(head.isEmpty(), null, null);
    }
    String request = line.group(1) + " " + line.group(2).replaceFirst("[?#].*", "");
    return new FirstBytes(true, shown(request), userAgent(lines).orElse(null));
  }

  private static Optional<String> userAgent(String[] lines) {
    for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
      if (lines[i].toLowerCase(Locale.ROOT).startsWith(USER_AGENT)) {
        return Optional.of(shown(lines[i].substring(USER_AGENT.length()).strip()));
      }
    }
    return Optional.empty();
  }

  /** Callers choose these bytes, and people's terminals show them. */
  private static String shown(String text) {
    String clean = text.replaceAll("[^ -~]", "?");
    return clean.length() <= LONGEST_SHOWN ? clean : clean.substring(0, LONGEST_SHOWN) + "...";
  }
}
