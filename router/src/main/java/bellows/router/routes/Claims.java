package bellows.router.routes;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The routes that a place serves, and when each was last said. Most places serve one, so that one
 * stands here without an object of its own; and a place is one of these instead of having one, as
 * there may be a million. Of the registry's writer only. Times are milliseconds that wrap, so only
 * differences mean something.
 */
abstract class Claims {
  /** The only route; null while there is none, or several. */
  private @Nullable Pool single;

  private int singleSeen;

  /** All routes while they are several. */
  private @Nullable IdentityHashMap<Pool, Integer> several;

  /**
   * Notes that a route was said to be served.
   *
   * @return whether that is news
   */
  final boolean claim(Pool pool, int nowMillis) {
    if (several != null) {
      return several.put(pool, nowMillis) == null;
    }
    Pool before = single;
    if (before == null || before == pool) {
      single = pool;
      singleSeen = nowMillis;
      return before == null;
    }
    several = new IdentityHashMap<>(2); // by itself it has room for 21
    several.put(before, singleSeen);
    several.put(pool, nowMillis);
    single = null;
    return true;
  }

  /** Notes all routes as just said. */
  final void claimAll(int nowMillis) {
    singleSeen = nowMillis;
    if (several != null) {
      several.replaceAll((_, _) -> nowMillis);
    }
  }

  /** Whether it was there. */
  final boolean remove(Pool pool) {
    if (several == null) {
      boolean known = single == pool;
      single = known ? null : single;
      return known;
    }
    boolean known = several.remove(pool) != null;
    if (several.size() == 1) {
      Map.Entry<Pool, Integer> last = several.entrySet().iterator().next();
      single = last.getKey();
      singleSeen = last.getValue();
      several = null;
    }
    return known;
  }

  final boolean servesNothing() {
    return single == null && several == null;
  }

  /** Shows each route; the visitor must not claim or remove any. */
  final void forEachRoute(Consumer<Pool> visitor) {
    if (several != null) {
      several.keySet().forEach(visitor);
    } else if (single != null) {
      visitor.accept(single);
    }
  }

  /** The routes that have not been said for longer than {@code millis}. */
  final List<Pool> unclaimedFor(int millis, int nowMillis) {
    if (several == null) {
      return single != null && nowMillis - singleSeen > millis ? List.of(single) : List.of();
    }
    List<Pool> stale = new ArrayList<>();
    several.forEach((pool, seen) -> {
      if (nowMillis - seen > millis) {
        stale.add(pool);
      }
    });
    return stale;
  }
}
