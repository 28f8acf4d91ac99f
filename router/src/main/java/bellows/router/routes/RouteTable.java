package bellows.router.routes;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All routes at one moment. Immutable, read by every event loop without a lock.
 *
 * <p>The hosts are spread over small arrays, {@link Probing hash tables} of some dozens each, so
 * that a change copies a few hundred bytes and not a table of a million routes.
 */
public final class RouteTable {
  private final @Nullable HostRoutes[][] shards;
  private final int routes;
  private final int wildcards;
  private final Set<String> reservedHosts;

  /**
   * @param shards a power of two of them; a host's is that of the lowest bits of its hash
   * @param wildcards how many hosts begin with {@code *}
   */
  RouteTable(
      @Nullable HostRoutes[][] shards, int routes, int wildcards, Set<String> reservedHosts) {
    this.shards = shards;
    this.routes = routes;
    this.wildcards = wildcards;
    this.reservedHosts = reservedHosts;
  }

  /**
   * No routes.
   *
   * @param reservedHosts hosts that no wildcard catches
   */
  static RouteTable empty(Set<String> reservedHosts) {
    return new RouteTable(new HostRoutes[1][Probing.room(0)], 0, 0, Set.copyOf(reservedHosts));
  }

  /**
   * The pool for a request: the deepest path of the exact host, else of the host with its leftmost
   * labels replaced by {@code *} one after the other. Null when there is no such route; a pool
   * without endpoints only when none with endpoints fits.
   *
   * @param path asked only when a host has routes with paths
   */
  public @Nullable Pool find(HostName name, PathSource path) {
    HostRoutes routesOfHost = at(shards, name);
    String host = name.text();
    Pool best = routesOfHost == null ? null : routesOfHost.find(path);
    if ((best != null && !best.isEmpty()) || wildcards == 0 || reservedHosts.contains(host)) {
      return best;
    }
    for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      HostRoutes wildcard = atWildcard(host, dot);
      Pool pool = wildcard == null ? null : wildcard.find(path);
      if (pool != null && !pool.isEmpty()) {
        return pool;
      }
      best = best == null ? pool : best;
    }
    return best;
  }

  /**
   * As {@link #find(HostName, PathSource)}, for whoever has texts.
   *
   * @param host lower case, without port
   * @param path begins with a slash, or is empty
   */
  public @Nullable Pool find(String host, String path) {
    return find(HostName.of(host), new TextPath(path.getBytes(StandardCharsets.ISO_8859_1)));
  }

  /** What serves a host; null when nothing does. */
  static @Nullable HostRoutes at(@Nullable HostRoutes[][] shards, HostName host) {
    int hash = host.hash();
    @Nullable HostRoutes[] slots = shards[hash & (shards.length - 1)];
    int slot = Probing.slot(hash, slots.length);
    HostRoutes found = slots[slot];
    while (found != null && (found.hash() != hash || !host.is(found.key()))) {
      slot = Probing.next(slot, slots.length);
      found = slots[slot];
    }
    return found;
  }

  private @Nullable HostRoutes atWildcard(String host, int dot) {
    int hash = HostHash.ofWildcard(host, dot);
    @Nullable HostRoutes[] slots = shards[hash & (shards.length - 1)];
    int slot = Probing.slot(hash, slots.length);
    HostRoutes found = slots[slot];
    while (found != null && (found.hash() != hash || !found.servesWildcard(host, dot))) {
      slot = Probing.next(slot, slots.length);
      found = slots[slot];
    }
    return found;
  }

  /** The escaped path of a request as it stands there, in any case. */
  public interface PathSource {
    byte[] pathBytes();

    int pathFrom();

    /** Behind the path; a slash at its end does not belong to it. */
    int pathTo();
  }

  private static final class TextPath implements PathSource {
    private final byte[] bytes;

    private TextPath(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public byte[] pathBytes() {
      return bytes;
    }

    @Override
    public int pathFrom() {
      return 0;
    }

    @Override
    public int pathTo() {
      return bytes.length > 0 && bytes[bytes.length - 1] == '/' ? bytes.length - 1 : bytes.length;
    }
  }

  /** The number of routes. */
  int routes() {
    return routes;
  }

  void forEach(Consumer<Pool> visitor) {
    for (@Nullable HostRoutes[] slots : shards) {
      for (HostRoutes host : slots) {
        if (host != null) {
          host.forEach(visitor);
        }
      }
    }
  }

  RouteTableChange change() {
    return new RouteTableChange(shards, routes, wildcards, reservedHosts);
  }
}
