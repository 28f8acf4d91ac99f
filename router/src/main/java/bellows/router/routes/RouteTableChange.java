package bellows.router.routes;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A batch of changes to a {@link RouteTable}, made by one thread; the table itself stays as it is.
 * Only what is touched is copied.
 */
final class RouteTableChange {
  /** Few enough to copy in a microsecond, many enough that the arrays' own headers do not count. */
  private static final int ROUTES_PER_SHARD = 64;

  private static final int LEAST_ROOM = Probing.room(0);

  private final Set<String> reservedHosts;
  private final @Nullable HostRoutes[][] before;
  private @Nullable HostRoutes[][] shards;
  private BitSet copied = new BitSet();
  private boolean changed;
  private int routes;
  private int wildcards;

  RouteTableChange(
      @Nullable HostRoutes[][] before, int routes, int wildcards, Set<String> reservedHosts) {
    this.before = before;
    this.shards = before;
    this.routes = routes;
    this.wildcards = wildcards;
    this.reservedHosts = reservedHosts;
  }

  /** The pool of this very route; made when there is none. */
  Pool pool(Uri uri) {
    HostName name = HostName.of(uri.host());
    HostRoutes host = RouteTable.at(shards, name);
    Pool known = host == null ? null : host.exactly(uri.path());
    if (known != null) {
      return known;
    }
    Pool pool = new Pool(uri, name.hash());
    if (host == null) {
      add(pool.depth() == 0 ? pool : PathPools.of(pool));
      wildcards += uri.isWildcard() ? 1 : 0;
    } else {
      replace(host, host.with(pool));
    }
    routes++;
    return pool;
  }

  /** The pool of this very route; null when there is none. */
  @Nullable Pool find(Uri uri) {
    HostRoutes host = RouteTable.at(shards, HostName.of(uri.host()));
    return host == null ? null : host.exactly(uri.path());
  }

  void remove(Pool pool) {
    Uri uri = pool.uri();
    HostRoutes host = RouteTable.at(shards, HostName.of(uri.host()));
    if (host == null) {
      return;
    }
    HostRoutes rest = host.without(pool);
    routes--;
    if (rest != null) {
      replace(host, rest);
      return;
    }
    @Nullable HostRoutes[] slots = ours(host.hash());
    Probing.removeAt(slots, slotOf(slots, host));
    wildcards -= uri.isWildcard() ? 1 : 0;
  }

  private void add(HostRoutes host) {
    if (routes >= ROUTES_PER_SHARD * shards.length) {
      spread(2 * shards.length);
    }
    int shard = host.hash() & (shards.length - 1);
    @Nullable HostRoutes[] slots = ours(host.hash());
    int count = Probing.count(slots);
    if (Probing.isFull(count, slots.length)) {
      @Nullable HostRoutes[] larger = new HostRoutes[Probing.room(count)];
      Probing.addAll(larger, slots);
      shards[shard] = larger;
      slots = larger;
    }
    Probing.add(slots, host);
  }

  private void replace(HostRoutes host, HostRoutes by) {
    @Nullable HostRoutes[] slots = ours(host.hash());
    slots[slotOf(slots, host)] = by;
  }

  private static int slotOf(@Nullable HostRoutes[] slots, HostRoutes host) {
    int slot = Probing.slot(host.hash(), slots.length);
    while (slots[slot] != host) {
      slot = Probing.next(slot, slots.length);
    }
    return slot;
  }

  /** The shard of this hash as one that may be changed. */
  private @Nullable HostRoutes[] ours(int hash) {
    if (!changed) {
      changed = true;
      shards = before.clone();
    }
    int shard = hash & (shards.length - 1);
    if (!copied.get(shard)) {
      copied.set(shard);
      shards[shard] = shards[shard].clone();
    }
    return shards[shard];
  }

  /** Spreads all over more shards. */
  private void spread(int newLength) {
    @Nullable HostRoutes[][] wider = new HostRoutes[newLength][];
    int[] counts = new int[newLength];
    for (@Nullable HostRoutes[] slots : shards) {
      for (HostRoutes host : slots) {
        if (host != null) {
          counts[host.hash() & (newLength - 1)]++;
        }
      }
    }
    Arrays.setAll(
        wider, shard -> new HostRoutes[Math.max(LEAST_ROOM, Probing.room(counts[shard]))]);
    for (@Nullable HostRoutes[] slots : shards) {
      for (HostRoutes host : slots) {
        if (host != null) {
          Probing.add(wider[host.hash() & (newLength - 1)], host);
        }
      }
    }
    changed = true;
    shards = wider;
    copied = new BitSet(newLength);
    copied.set(0, newLength);
  }

  RouteTable done(RouteTable of) {
    return changed ? new RouteTable(shards, routes, wildcards, reservedHosts) : of;
  }
}
