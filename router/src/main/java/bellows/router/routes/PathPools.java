package bellows.router.routes;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The pools of a host that has routes with paths, in the order of those. Immutable. */
final class PathPools extends HostRoutes {
  private static final Comparator<Pool> BY_PATH =
      (left, right) -> Arrays.compare(left.key(), right.key());

  private final Pool[] pools;

  /** Segments of the longest path: looking further down a request's path is in vain. */
  private final int depth;

  private PathPools(HostRoutes host, byte[] key, List<Pool> pools) {
    super(host.hash(), key);
    this.pools = pools.toArray(Pool[]::new);
    Arrays.sort(this.pools, BY_PATH);
    this.depth = pools.stream().mapToInt(Pool::depth).max().orElse(0);
  }

  static PathPools of(Pool... pools) {
    Pool any = pools[0];
    return new PathPools(any, Arrays.copyOf(any.key(), any.hostLength()), List.of(pools));
  }

  @Override
  @Nullable Pool find(RouteTable.PathSource source) {
    byte[] path = source.pathBytes();
    int from = source.pathFrom();
    Pool deepest = null;
    for (int end = end(path, from, source.pathTo()); ; end = slashBefore(path, from, end)) {
      Pool pool = at(path, from, end);
      if (pool != null && !pool.isEmpty()) {
        return pool;
      }
      deepest = deepest == null ? pool : deepest;
      if (end <= from) {
        return deepest;
      }
    }
  }

  /** Where the part of the path ends that any route could have. */
  private int end(byte[] path, int from, int to) {
    int end = from;
    for (int segment = 0; segment < depth && end < to; segment++) {
      do {
        end++;
      } while (end < to && path[end] != '/');
    }
    return end;
  }

  private static int slashBefore(byte[] path, int from, int end) {
    int slash = end - 1;
    while (slash > from && path[slash] != '/') {
      slash--;
    }
    return slash;
  }

  @Override
  @Nullable Pool exactly(String path) {
    byte[] bytes = path.getBytes(StandardCharsets.ISO_8859_1);
    return at(bytes, 0, bytes.length);
  }

  private @Nullable Pool at(byte[] path, int from, int end) {
    int low = 0;
    int high = pools.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = pools[middle].comparePath(key().length, path, from, end);
      if (order == 0) {
        return pools[middle];
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  @Override
  void forEach(Consumer<Pool> visitor) {
    for (Pool pool : pools) {
      visitor.accept(pool);
    }
  }

  @Override
  HostRoutes with(Pool pool) {
    List<Pool> more = new ArrayList<>(List.of(pools));
    more.add(pool);
    return new PathPools(this, key(), more);
  }

  @Override
  @Nullable HostRoutes without(Pool gone) {
    List<Pool> fewer = new ArrayList<>(List.of(pools));
    fewer.remove(gone);
    if (fewer.isEmpty()) {
      return null;
    }
    Pool first = fewer.getFirst();
    return fewer.size() == 1 && first.depth() == 0 ? first : new PathPools(this, key(), fewer);
  }
}
