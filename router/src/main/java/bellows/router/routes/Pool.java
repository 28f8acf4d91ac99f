package bellows.router.routes;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of one route. Readers see one immutable array after the other; only the registry
 * replaces it.
 */
public final class Pool {
  private static final Endpoint[] NONE = {};

  private final Uri uri;
  private final AtomicInteger cursor = new AtomicInteger(ThreadLocalRandom.current().nextInt());
  private volatile Endpoint[] endpoints = NONE;
  private volatile String routeServiceUrl = "";
  private volatile long emptySinceNanos;

  public Pool(Uri uri) {
    this.uri = uri;
  }

  public Uri uri() {
    return uri;
  }

  /** Not to be changed. */
  public Endpoint[] endpoints() {
    return endpoints;
  }

  public boolean isEmpty() {
    return endpoints.length == 0;
  }

  /** The position of the next turn; grows by one each time, and wraps. */
  public int nextTurn() {
    return cursor.getAndIncrement();
  }

  /** Empty when requests go straight to the endpoints; the last registration decides. */
  public String routeServiceUrl() {
    return routeServiceUrl;
  }

  @Nullable Endpoint find(String address) {
    for (Endpoint endpoint : endpoints) {
      if (endpoint.address().equals(address)) {
        return endpoint;
      }
    }
    return null;
  }

  void put(Endpoint endpoint) {
    Endpoint[] now = endpoints;
    routeServiceUrl = endpoint.identity().routeServiceUrl();
    for (int i = 0; i < now.length; i++) {
      if (now[i].address().equals(endpoint.address())) {
        Endpoint[] replaced = now.clone();
        replaced[i] = endpoint;
        endpoints = replaced;
        return;
      }
    }
    Endpoint[] longer = Arrays.copyOf(now, now.length + 1);
    longer[now.length] = endpoint;
    endpoints = longer;
  }

  /** Whether it was there. */
  boolean remove(String address, long now) {
    Endpoint[] kept =
        Arrays.stream(endpoints)
            .filter(endpoint -> !endpoint.address().equals(address))
            .toArray(Endpoint[]::new);
    if (kept.length == endpoints.length) {
      return false;
    }
    endpoints = kept;
    emptySinceNanos = now;
    return true;
  }

  long emptySinceNanos() {
    return emptySinceNanos;
  }
}
