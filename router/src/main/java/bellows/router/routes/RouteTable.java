package bellows.router.routes;

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
   * @param host lower case, without port
   * @param path gives the escaped path in lower case; asked only when a host has routes with paths
   */
  public @Nullable Pool find(String host, PathSource path) {
    HostRoutes routesOfHost = at(shards, HostHash.of(host), host);
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
   * What serves a host; null when nothing does.
   *
   * @param hash of the host
   */
  static @Nullable HostRoutes at(@Nullable HostRoutes[][] shards, int hash, String host) {
    @Nullable HostRoutes[] slots = shards[hash & (shards.length - 1)];
    int slot = Probing.slot(hash, slots.length);
    HostRoutes found = slots[slot];
    while (found != null && (found.hash() != hash || !found.serves(host))) {
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

  /** The path of a request, made only when it is needed. */
  @FunctionalInterface
  public interface PathSource {
    String lowerCasePath();
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
