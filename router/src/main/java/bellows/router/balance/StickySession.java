package bellows.router.balance;

import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;
import bellows.router.http1.ResponseHead;
import bellows.router.routes.Endpoint;
import bellows.router.routes.Pool;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sends a client that has a session back to the instance that holds it: the cookie {@code
 * __VCAP_ID__} beside the app's own session cookie (reference/messages.md, 2.5).
 */
public final class StickySession {
  private static final String COOKIE = "__VCAP_ID__";
  private static final Pattern SECURE = Pattern.compile("; Secure(;|$)", Pattern.CASE_INSENSITIVE);

  private final Set<String> sessionCookies;
  private final boolean secure;

  /**
   * @param sessionCookies names of the apps' session cookies
   * @param secure clients come by TLS only, so that no cookie of ours needs to go without
   */
  public record Config(Set<String> sessionCookies, boolean secure) {
    public Config {
      sessionCookies = Set.copyOf(sessionCookies);
    }
  }

  public StickySession(Config config) {
    this.sessionCookies = config.sessionCookies();
    this.secure = config.secure();
  }

  /** The instance that the request asks for: both cookies must be there. Null for any. */
  public @Nullable String wanted(RequestHead head) {
    if (!head.has(HeaderName.COOKIE)) {
      return null;
    }
    String instance = null;
    boolean session = false;
    for (int i = 0; i < head.count(); i++) {
      if (head.name(i) == HeaderName.COOKIE) {
        for (String pair : head.text(head.valueStart(i), head.valueEnd(i)).split(";", -1)) {
          String name = nameOf(pair);
          session |= sessionCookies.contains(name);
          if (name.equals(COOKIE)) {
            instance = valueOf(pair);
          }
        }
      }
    }
    return session && instance != null && !instance.isEmpty() ? instance : null;
  }

  /** The endpoint with this instance id or address; null when it is gone. */
  public static @Nullable Endpoint find(Pool pool, String wanted) {
    for (Endpoint endpoint : pool.endpoints()) {
      if (isMeant(endpoint, wanted)) {
        return endpoint;
      }
    }
    return null;
  }

  private static boolean isMeant(Endpoint endpoint, String wanted) {
    return endpoint.identity().instanceId().equals(wanted) || endpoint.address().equals(wanted);
  }

  /**
   * The Set-Cookie value that ties the client to {@code endpoint}; null when none is due.
   *
   * @param wanted the instance that the request asked for
   * @param tls whether the client speaks TLS to us
   */
  public @Nullable String cookie(
      ResponseHead head, Pool pool, Endpoint endpoint, @Nullable String wanted, boolean tls) {
    String id = endpoint.identity().instanceId();
    if (id.isEmpty()) {
      return null;
    }
    String attributes = null;
    if (head.has(HeaderName.SET_COOKIE)) {
      for (int i = 0; i < head.count(); i++) {
        if (head.name(i) == HeaderName.SET_COOKIE) {
          String cookie = head.text(head.valueStart(i), head.valueEnd(i));
          String name = nameOf(cookie);
          if (name.equals(COOKIE)) {
            return null;
          }
          if (sessionCookies.contains(name)) {
            attributes = copiedAttributes(cookie);
          }
        }
      }
    }
    if (attributes == null) {
      if (wanted == null || isMeant(endpoint, wanted)) {
        return null;
      }
      // The session's instance is gone and the app set no new cookie, so its attributes are
      // unknown. By TLS the client can be given it for TLS alone.
      attributes = tls ? "; Secure" : "";
    }
    if (secure && !SECURE.matcher(attributes).find()) {
      attributes = "; Secure" + attributes;
    }
    return COOKIE + "=" + id + "; Path=" + pool.uri().contextPath() + "; HttpOnly" + attributes;
  }

  private static String copiedAttributes(String cookie) {
    StringBuilder copied = new StringBuilder();
    String[] parts = cookie.split(";", -1);
    for (int i = 1; i < parts.length; i++) {
      String part = parts[i].strip();
      boolean copies =
          switch (nameOf(part).toLowerCase(Locale.ROOT)) {
            case "secure", "samesite", "expires", "partitioned" -> true;
            case "max-age" -> isDeletion(valueOf(part));
            default -> false;
          };
      if (copies) {
        copied.append("; ").append(part);
      }
    }
    return copied.toString();
  }

  private static boolean isDeletion(String maxAge) {
    return maxAge.equals("0") || maxAge.startsWith("-");
  }

  private static String nameOf(String pair) {
    int end = pair.indexOf(';');
    String first = end < 0 ? pair : pair.substring(0, end);
    int equals = first.indexOf('=');
    return (equals < 0 ? first : first.substring(0, equals)).strip();
  }

  private static String valueOf(String pair) {
    int equals = pair.indexOf('=');
    return equals < 0 ? "" : pair.substring(equals + 1).strip();
  }
}
