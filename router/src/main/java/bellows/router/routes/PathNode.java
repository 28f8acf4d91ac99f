package bellows.router.routes;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one host, by path segment. Immutable; a change copies the nodes on its way.
 *
 * @param pool what serves this path when nothing deeper does
 */
record PathNode(@Nullable Pool pool, Map<String, PathNode> children) {
  static final PathNode EMPTY = new PathNode(null, Map.of());

  PathNode {
    children = Map.copyOf(children);
  }

  boolean isEmpty() {
    return pool == null && children.isEmpty();
  }

  /** With {@code pool} (null for none) at the end of {@code segments}. */
  PathNode with(List<String> segments, @Nullable Pool newPool) {
    if (segments.isEmpty()) {
      return new PathNode(newPool, children);
    }
    String first = segments.getFirst();
    PathNode child =
        children.getOrDefault(first, EMPTY).with(segments.subList(1, segments.size()), newPool);
    Map<String, PathNode> changed = new HashMap<>(children);
    if (child.isEmpty()) {
      changed.remove(first);
    } else {
      changed.put(first, child);
    }
    return new PathNode(pool, changed);
  }

  /**
   * The pool of the deepest node on {@code path} that has endpoints; without one the deepest pool,
   * so that the caller can tell "none running" from "unknown".
   *
   * @param path lower case, begins with a slash or is empty
   */
  @Nullable Pool find(String path) {
    Pool best = pool;
    PathNode node = this;
    int at = 1;
    while (!node.children.isEmpty() && at <= path.length()) {
      int slash = path.indexOf('/', at);
      int end = slash < 0 ? path.length() : slash;
      PathNode child = node.children.get(path.substring(at, end));
      if (child == null) {
        break;
      }
      node = child;
      if (node.pool != null && (best == null || best.isEmpty() || !node.pool.isEmpty())) {
        best = node.pool;
      }
      at = end + 1;
    }
    return best;
  }

  boolean hasPaths() {
    return !children.isEmpty();
  }
}
