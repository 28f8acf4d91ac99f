package bellows.router.routes;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a route is: a host, maybe with {@code *} as its leftmost label, and path segments.
 *
 * @param host lower case, without port and final dot
 * @param segments lower case; empty for the whole host
 */
public record Uri(String host, List<String> segments) {
  private static final int LONGEST = 4096;
  private static final int LONGEST_HOST = 253;

  public Uri {
    segments = List.copyOf(segments);
  }

  /** Reads {@code host} or {@code host/path}; absent when it is neither. */
  public static Optional<Uri> parse(String text) {
    if (text.isEmpty() || text.length() > LONGEST) {
      return Optional.empty();
    }
    String lower = text.toLowerCase(Locale.ROOT);
    int query = lower.indexOf('?');
    String whole = query < 0 ? lower : lower.substring(0, query);
    int slash = whole.indexOf('/');
    String host = normalHost(slash < 0 ? whole : whole.substring(0, slash));
    if (!isHost(host)) {
      return Optional.empty();
    }
    String path = slash < 0 ? "" : withoutFinalSlash(whole.substring(slash + 1));
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c <= ' ' || c >= 127) {
        return Optional.empty();
      }
    }
    return Optional.of(new Uri(host, path.isEmpty() ? List.of() : List.of(path.split("/", -1))));
  }

  private static String withoutFinalSlash(String path) {
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  private static String normalHost(String host) {
    int colon = host.lastIndexOf(':');
    String name =
        colon > 0 && host.indexOf(']', colon) < 0 && isDigits(host.substring(colon + 1))
            ? host.substring(0, colon)
            : host;
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  private static boolean isDigits(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static boolean isHost(String host) {
    if (host.isEmpty() || host.length() > LONGEST_HOST) {
      return false;
    }
    if (host.startsWith("[")) {
      return host.endsWith("]")
          && host.chars().allMatch(c -> "[]:.0123456789abcdef".indexOf(c) >= 0);
    }
    String[] labels = host.split("\\.", -1);
    for (int i = 0; i < labels.length; i++) {
      boolean wildcard = i == 0 && labels.length > 1 && labels[0].equals("*");
      if (!wildcard && !isLabel(labels[i])) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLabel(String label) {
    return !label.isEmpty()
        && label
            .chars()
            .allMatch(
                c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_');
  }

  /** {@code /} and the segments: the Path of sticky cookies. */
  public String contextPath() {
    return "/" + String.join("/", segments);
  }

  @Override
  public String toString() {
    return segments.isEmpty() ? host : host + contextPath();
  }
}
