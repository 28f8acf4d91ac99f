package bellows.router.balance;

import bellows.router.routes.Endpoint;
import bellows.router.routes.Pool;
import org.jspecify.annotations.Nullable;

/**
 * Picks the endpoint for an attempt. Sleeping ones cost nothing, so they are left alone as long as
 * those awake can take the request within the concurrency target; under pressure one more is woken,
 * and it counts as capacity from that moment. No state but the pool's turn; no lock, no allocation.
 */
public final class Balancer {
  private final int connectionsPerEndpoint;

  /** How well an endpoint suits, best first. */
  private enum Standing {
    READY,
    /** Asleep, and somebody has begun to wake it; it has room. */
    WAKING,
    ASLEEP,
    /** At its concurrency target or above. */
    BUSY,
    /** Has failed lately. */
    FAILED,
    /** At its limit, or tried for this request. */
    OUT
  }

  /**
   * @param connectionsPerEndpoint requests in flight at one endpoint; 0 for no limit
   */
  public Balancer(int connectionsPerEndpoint) {
    this.connectionsPerEndpoint = connectionsPerEndpoint;
  }

  /**
   * The next endpoint in turn among those that suit best. Failed ones come back when there is no
   * other. Null when none is left.
   *
   * @param tried the first {@code triedCount} entries are passed over
   */
  public @Nullable Endpoint next(Pool pool, long now, Endpoint[] tried, int triedCount) {
    Endpoint[] all = pool.endpoints();
    Standing best = Standing.OUT;
    Endpoint first = null;
    int count = 0;
    for (Endpoint candidate : all) {
      Standing standing = standing(candidate, now, tried, triedCount);
      int better = best.compareTo(standing);
      if (better > 0) {
        best = standing;
        first = candidate;
        count = 1;
      } else if (better == 0) {
        count++;
        // Two routers, or two event loops, that feel the same pressure wake the same one.
        if (best == Standing.ASLEEP && first != null && candidate.wakeRank() < first.wakeRank()) {
          first = candidate;
        }
      }
    }
    if (first == null || best == Standing.ASLEEP) {
      return first;
    }
    if (best == Standing.FAILED && triedCount == 0) {
      // All that could serve are marked: the marks say nothing any more.
      for (Endpoint endpoint : all) {
        endpoint.clearFailure();
      }
      return first;
    }
    if (count == 1) {
      return first;
    }
    int turn = Math.floorMod(pool.nextTurn(), count);
    for (Endpoint candidate : all) {
      if (standing(candidate, now, tried, triedCount) == best && turn-- == 0) {
        return candidate;
      }
    }
    return first; // Other event loops have changed the standings meanwhile.
  }

  private Standing standing(Endpoint endpoint, long now, Endpoint[] tried, int triedCount) {
    if (!hasRoom(endpoint) || contains(tried, triedCount, endpoint)) {
      return Standing.OUT;
    }
    if (endpoint.isFailed(now)) {
      return Standing.FAILED;
    }
    boolean sleeping = endpoint.isAsleep();
    if (sleeping && !endpoint.isWaking(now)) {
      return Standing.ASLEEP;
    }
    if (endpoint.inFlight() >= endpoint.concurrency()) {
      return Standing.BUSY;
    }
    return sleeping ? Standing.WAKING : Standing.READY;
  }

  /** Whether it may get one more request. */
  public boolean hasRoom(Endpoint endpoint) {
    return connectionsPerEndpoint == 0 || endpoint.inFlight() < connectionsPerEndpoint;
  }

  private static boolean contains(Endpoint[] tried, int count, Endpoint wanted) {
    for (int i = 0; i < count; i++) {
      if (tried[i].isSamePlace(wanted)) {
        return true;
      }
    }
    return false;
  }
}
