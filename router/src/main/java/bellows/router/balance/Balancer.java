package bellows.router.balance;

import bellows.router.routes.Balancing;
import bellows.router.routes.Endpoint;
import bellows.router.routes.Pool;
import org.jspecify.annotations.Nullable;

/**
 * Picks the endpoint for an attempt. Sleeping ones cost nothing, so they are left alone as long as
 * those awake can take the request within the concurrency target; under pressure one more is woken,
 * and it counts as capacity from that moment. Among those that suit equally well one of the own
 * zone is taken first, then the one with the fewest requests or the next in turn, as the route
 * says. No state but the pool's turn; no lock, no allocation.
 */
public final class Balancer {
  private final Config config;

  /**
   * @param connectionsPerEndpoint requests in flight at one endpoint; 0 for no limit
   * @param algorithm for routes that do not say
   * @param zone whose endpoints are preferred for a first attempt; empty for no preference
   */
  public record Config(int connectionsPerEndpoint, Balancing algorithm, String zone) {
    public Config {
      if (connectionsPerEndpoint < 0) {
        throw new IllegalArgumentException(
            "router.connections_per_endpoint must not be below 0: " + connectionsPerEndpoint);
      }
    }
  }

  /** How well an endpoint suits, best first; each nearer before farther. */
  private enum Standing {
    READY,
    READY_FAR,
    /** Asleep, and somebody has begun to wake it; it has room. */
    WAKING,
    WAKING_FAR,
    ASLEEP,
    ASLEEP_FAR,
    /** At its concurrency target or above. */
    BUSY,
    BUSY_FAR,
    /** Has failed lately. */
    FAILED,
    FAILED_FAR,
    /** At its limit, or tried for this request. */
    OUT;

    private Standing far() {
      return switch (this) {
        case READY, READY_FAR -> READY_FAR;
        case WAKING, WAKING_FAR -> WAKING_FAR;
        case ASLEEP, ASLEEP_FAR -> ASLEEP_FAR;
        case BUSY, BUSY_FAR -> BUSY_FAR;
        case FAILED, FAILED_FAR -> FAILED_FAR;
        case OUT -> OUT;
      };
    }

    private boolean isAsleep() {
      return this == ASLEEP || this == ASLEEP_FAR;
    }

    private boolean isFailed() {
      return this == FAILED || this == FAILED_FAR;
    }
  }

  public Balancer(Config config) {
    this.config = config;
  }

  /**
   * The endpoint that suits best. Failed ones come back when there is no other. Null when none is
   * left.
   *
   * @param tried the first {@code triedCount} entries are passed over
   */
  public @Nullable Endpoint next(Pool pool, long now, Endpoint[] tried, int triedCount) {
    Endpoint next = best(pool, now, tried, triedCount);
    if (next != null) {
      next.choose(now);
    }
    return next;
  }

  private @Nullable Endpoint best(Pool pool, long now, Endpoint[] tried, int triedCount) {
    Endpoint[] all = pool.endpoints();
    boolean fewest = pool.balancing(config.algorithm) == Balancing.LEAST_CONNECTION;
    Standing best = Standing.OUT;
    int least = 0;
    Endpoint first = null;
    int count = 0;
    for (Endpoint candidate : all) {
      Standing standing = standing(candidate, now, tried, triedCount);
      int better = best.compareTo(standing);
      int inFlight = fewest ? candidate.inFlight() : 0;
      if (better > 0 || (better == 0 && first != null && inFlight < least)) {
        best = standing;
        least = inFlight;
        first = candidate;
        count = 1;
      } else if (better == 0 && first != null) {
        count += inFlight == least ? 1 : 0;
        // Two routers, or two event loops, that feel the same pressure wake the same one.
        if (best.isAsleep() && candidate.wakeRank() < first.wakeRank()) {
          first = candidate;
        }
      }
    }
    if (first == null || best.isAsleep()) {
      return first;
    }
    if (best.isFailed() && triedCount == 0) {
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
      if (standing(candidate, now, tried, triedCount) == best
          && (!fewest || candidate.inFlight() == least)
          && turn-- == 0) {
        return candidate;
      }
    }
    return first; // Other event loops have changed the standings meanwhile.
  }

  private Standing standing(Endpoint endpoint, long now, Endpoint[] tried, int triedCount) {
    Standing standing = standingAnywhere(endpoint, now, tried, triedCount);
    // After a failure any zone will do: the own one may be what fails.
    boolean near = triedCount > 0 || config.zone.isEmpty() || endpoint.isIn(config.zone);
    return near ? standing : standing.far();
  }

  private Standing standingAnywhere(Endpoint endpoint, long now, Endpoint[] tried, int triedCount) {
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
    return config.connectionsPerEndpoint == 0
        || endpoint.inFlight() < config.connectionsPerEndpoint;
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
