package bellows.router.balance;

import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;
import bellows.router.routes.Endpoint;
import bellows.router.routes.Pool;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The instance that a header asks for: {@code X-CF-App-Instance: app:index} or {@code
 * X-CF-Process-Instance: process[:index]}. It is looked for among the route's own endpoints only,
 * so it never reaches another app.
 */
public record InstancePin(String guid, @Nullable String index, boolean ofProcess) {
  private static final Pattern APP = Pattern.compile("([A-Za-z0-9-]{1,200}):([0-9]{1,9})");
  private static final Pattern PROCESS = Pattern.compile("([A-Za-z0-9-]{1,200})(?::([0-9]{1,9}))?");

  /** The header that asks; null when none does. */
  public static @Nullable HeaderName header(RequestHead head) {
    if (head.has(HeaderName.X_CF_APP_INSTANCE)) {
      return HeaderName.X_CF_APP_INSTANCE;
    }
    return head.has(HeaderName.X_CF_PROCESS_INSTANCE) ? HeaderName.X_CF_PROCESS_INSTANCE : null;
  }

  /** Reads the value of {@code header}; absent when it is malformed. */
  public static Optional<InstancePin> parse(HeaderName header, String value) {
    boolean process = header == HeaderName.X_CF_PROCESS_INSTANCE;
    Matcher matcher = (process ? PROCESS : APP).matcher(value);
    return matcher.matches()
        ? Optional.of(new InstancePin(matcher.group(1), matcher.group(2), process))
        : Optional.empty();
  }

  /** An endpoint that is meant; null when there is none. */
  public @Nullable Endpoint find(Pool pool) {
    for (Endpoint endpoint : pool.endpoints()) {
      Endpoint.Identity identity = endpoint.identity();
      String owner = ofProcess ? identity.tags().get("process_id") : identity.app();
      if (guid.equals(owner) && (index == null || identity.instanceIndex().equals(index))) {
        return endpoint;
      }
    }
    return null;
  }
}
