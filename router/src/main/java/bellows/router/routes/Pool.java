package bellows.router.routes;

import bellows.router.http1.Ascii;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of one route. Readers see one immutable array after the other; only the registry
 * replaces it.
 */
public final class Pool extends HostRoutes {
  private static final Endpoint[] NONE = {};

  private volatile Endpoint[] endpoints = NONE;
  private volatile RouteOptions options = RouteOptions.NONE;
  private volatile @Nullable Traffic traffic;

  /**
   * @param hash of the host
   */
  Pool(Uri uri, int hash) {
    super(hash, (uri.host() + uri.path()).getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Made anew for each call. */
  public Uri uri() {
    String text = text();
    int end = hostLength();
    return new Uri(text.substring(0, end), text.substring(end));
  }

  /** Looked for, because a million pools would each have to keep it. */
  int hostLength() {
    int length = 0;
    while (length < key().length && key()[length] != '/') {
      length++;
    }
    return length;
  }

  /** The segments of the path. */
  int depth() {
    int depth = 0;
    for (byte b : key()) {
      depth += b == '/' ? 1 : 0;
    }
    return depth;
  }

  /**
   * Orders this pool's path against the bytes [start, end), in any case.
   *
   * @param from where the path begins in the key
   */
  int comparePath(int from, byte[] path, int start, int end) {
    byte[] key = key();
    int length = key.length - from;
    int common = Math.min(length, end - start);
    for (int i = 0; i < common; i++) {
      int order = key[from + i] - Ascii.lower(path[start + i]);
      if (order != 0) {
        return order;
      }
    }
    return length - (end - start);
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
    return traffic().nextTurn();
  }

  /** A request came for it; all times in nanoseconds. */
  public void requested(long now) {
    traffic().requested(now);
  }

  /** Whether the budget for sending requests once more has room. */
  public boolean mayRetry(long now) {
    return traffic().mayRetry(now);
  }

  /** A request is sent once more, at the expense of the budget. */
  public void retried(long now) {
    traffic().retried(now);
  }

  private Traffic traffic() {
    Traffic known = traffic;
    return known == null ? firstTraffic() : known;
  }

  private synchronized Traffic firstTraffic() {
    Traffic known = traffic;
    if (known == null) {
      known = new Traffic();
      traffic = known;
    }
    return known;
  }

  /** Makes it small again when no requests come any more. */
  void forgetOldTraffic(long now) {
    Traffic known = traffic;
    if (known != null && known.isOver(now)) {
      traffic = null;
    }
  }

  /** Empty when requests go straight to the endpoints; the last registration decides. */
  public String routeServiceUrl() {
    return options.routeService();
  }

  /**
   * How to choose among the endpoints; {@code otherwise} when the last registration left it open.
   */
  public Balancing balancing(Balancing otherwise) {
    Balancing named = options.balancing();
    return named == null ? otherwise : named;
  }

  /** What the last registration asks for. */
  public RouteOptions options() {
    return options;
  }

  @Override
  @Nullable Pool find(RouteTable.PathSource path) {
    return this;
  }

  @Override
  @Nullable Pool exactly(String path) {
    return path.isEmpty() ? this : null;
  }

  @Override
  void forEach(Consumer<Pool> visitor) {
    visitor.accept(this);
  }

  @Override
  HostRoutes with(Pool pool) {
    return PathPools.of(this, pool);
  }

  @Override
  @Nullable HostRoutes without(Pool pool) {
    return null;
  }

  /** As an endpoint of it says of the whole route. */
  void describe(RouteOptions said) {
    if (!said.equals(options)) {
      options = said;
    }
  }

  /** Adds it, in place of what is there from the same place. */
  void put(Endpoint endpoint) {
    Endpoint[] now = endpoints;
    for (int i = 0; i < now.length; i++) {
      if (now[i].isSamePlace(endpoint)) {
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
  boolean remove(Place place) {
    Endpoint[] kept =
        Arrays.stream(endpoints)
            .filter(endpoint -> !endpoint.place().equals(place))
            .toArray(Endpoint[]::new);
    if (kept.length == endpoints.length) {
      return false;
    }
    endpoints = kept.length == 0 ? NONE : kept;
    return true;
  }
}
