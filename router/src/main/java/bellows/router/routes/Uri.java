package bellows.router.routes;

import java.util.Locale;
import java.util.Optional;

/**
 * Where a route is: a host, maybe with {@code *} as its leftmost label, and a path.
 *
 * @param host lower case, without port and final dot
 * @param path lower case, begins with a slash and does not end with one; empty for the whole host
 */
public record Uri(String host, String path) {
  private static final int LONGEST = 4096;
  private static final int LONGEST_HOST = 253;

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
    String path = slash < 0 ? "" : withoutFinalSlash(whole.substring(slash));
    return isHost(host) && isPath(path) ? Optional.of(new Uri(host, path)) : Optional.empty();
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
    boolean inLabel = false;
    for (int i = host.startsWith("*.") ? 2 : 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c == '.' ? !inLabel : !isOfLabel(c)) {
        return false;
      }
      inLabel = c != '.';
    }
    return inLabel;
  }

  private static boolean isOfLabel(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  }

  private static boolean isPath(String path) {
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) <= ' ' || path.charAt(i) >= 127) {
        return false;
      }
    }
    return true;
  }

  /** The Path of sticky cookies. */
  public String contextPath() {
    return path.isEmpty() ? "/" : path;
  }

  boolean isWildcard() {
    return host.charAt(0) == '*';
  }

  @Override
  public String toString() {
    return host + path;
  }
}
