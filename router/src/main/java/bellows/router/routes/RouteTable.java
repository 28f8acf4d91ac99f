package bellows.router.routes;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All routes at one moment. Immutable, read by every event loop without a lock.
 *
 * <p>The hosts are spread over many small maps, so that a batch of changes copies only the maps
 * that it touches and not a table of a million routes.
 */
public final class RouteTable {
  private static final int SHARDS = 1024;

  private final Map<String, PathNode>[] shards;
  private final Set<String> reservedHosts;

  private RouteTable(Map<String, PathNode>[] shards, Set<String> reservedHosts) {
    this.shards = shards;
    this.reservedHosts = reservedHosts;
  }

  /**
   * No routes.
   *
   * @param reservedHosts hosts that no wildcard catches
   */
  static RouteTable empty(Set<String> reservedHosts) {
    @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no arrays of a generic type
    Map<String, PathNode>[] shards = new Map[SHARDS];
    Arrays.fill(shards, Map.of());
    return new RouteTable(shards, Set.copyOf(reservedHosts));
  }

  private static int shardOf(String host) {
    int hash = host.hashCode();
    return (hash ^ (hash >>> 16)) & (SHARDS - 1);
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
    Pool best = at(host, path);
    if ((best != null && !best.isEmpty()) || reservedHosts.contains(host)) {
      return best;
    }
    int dot = host.indexOf('.');
    while (dot >= 0) {
      Pool pool = at("*" + host.substring(dot), path);
      if (pool != null && !pool.isEmpty()) {
        return pool;
      }
      best = best == null ? pool : best;
      dot = host.indexOf('.', dot + 1);
    }
    return best;
  }

  private @Nullable Pool at(String host, PathSource path) {
    PathNode node = shards[shardOf(host)].get(host);
    if (node == null) {
      return null;
    }
    return node.hasPaths() ? node.find(path.lowerCasePath()) : node.pool();
  }

  /** The path of a request, made only when it is needed. */
  @FunctionalInterface
  public interface PathSource {
    String lowerCasePath();
  }

  void forEach(Consumer<Pool> visitor) {
    for (Map<String, PathNode> shard : shards) {
      shard.values().forEach(node -> visit(node, visitor));
    }
  }

  private static void visit(PathNode node, Consumer<Pool> visitor) {
    if (node.pool() != null) {
      visitor.accept(node.pool());
    }
    node.children().values().forEach(child -> visit(child, visitor));
  }

  Change change() {
    return new Change();
  }

  /** A batch of changes to this table, made by one thread; the table itself stays as it is. */
  final class Change {
    private final Map<String, PathNode>[] changed = shards.clone();
    private final Set<Integer> copied = new HashSet<>();

    void put(Uri uri, @Nullable Pool pool) {
      int shard = shardOf(uri.host());
      if (copied.add(shard)) {
        changed[shard] = new HashMap<>(changed[shard]);
      }
      PathNode node =
          changed[shard].getOrDefault(uri.host(), PathNode.EMPTY).with(uri.segments(), pool);
      if (node.isEmpty()) {
        changed[shard].remove(uri.host());
      } else {
        changed[shard].put(uri.host(), node);
      }
    }

    RouteTable done() {
      return copied.isEmpty() ? RouteTable.this : new RouteTable(changed, reservedHosts);
    }
  }
}
