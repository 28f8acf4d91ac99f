package bellows.router.balance;

import bellows.router.routes.Endpoint;
import bellows.router.routes.Pool;
import org.jspecify.annotations.Nullable;

/** Picks the endpoint for an attempt. No state but the pool's turn; no lock, no allocation. */
public final class Balancer {
  private final int connectionsPerEndpoint;

  /**
   * @param connectionsPerEndpoint requests in flight at one endpoint; 0 for no limit
   */
  public Balancer(int connectionsPerEndpoint) {
    this.connectionsPerEndpoint = connectionsPerEndpoint;
  }

  /**
   * The next endpoint in turn that is below its limit, has not failed lately, and was not tried for
   * this request. Failed ones come back when there is no other. Null when none is left.
   *
   * @param tried the first {@code triedCount} entries are passed over
   */
  public @Nullable Endpoint next(Pool pool, long now, Endpoint[] tried, int triedCount) {
    Endpoint[] all = pool.endpoints();
    if (all.length == 0) {
      return null;
    }
    int turn = Math.floorMod(pool.nextTurn(), all.length);
    Endpoint failed = null;
    for (int i = 0; i < all.length; i++) {
      Endpoint candidate = all[turn];
      turn = turn + 1 == all.length ? 0 : turn + 1;
      if (!hasRoom(candidate) || contains(tried, triedCount, candidate)) {
        continue;
      }
      if (!candidate.isFailed(now)) {
        return candidate;
      }
      failed = failed == null ? candidate : failed;
    }
    if (failed != null && triedCount == 0) {
      // All that could serve are marked: the marks say nothing any more.
      for (Endpoint endpoint : all) {
        endpoint.clearFailure();
      }
    }
    return failed;
  }

  /** Whether it may get one more request. */
  public boolean hasRoom(Endpoint endpoint) {
    return connectionsPerEndpoint == 0 || endpoint.inFlight() < connectionsPerEndpoint;
  }

  private static boolean contains(Endpoint[] tried, int count, Endpoint wanted) {
    for (int i = 0; i < count; i++) {
      if (tried[i].address().equals(wanted.address())) {
        return true;
      }
    }
    return false;
  }
}
