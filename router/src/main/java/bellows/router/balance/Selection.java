package bellows.router.balance;

import bellows.router.errors.BackendFailure;
import bellows.router.errors.RouterError;
import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;
import bellows.router.http1.ResponseHead;
import bellows.router.routes.Endpoint;
import bellows.router.routes.Pool;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who gets one request, and who gets it next when that fails: the instance that a header asks for,
 * else the one that holds the session, else whom the balancer picks. Used again for the next
 * request.
 */
public final class Selection {
  private final Balancer balancer;
  private final StickySession sessions;
  private final Endpoint[] tried;
  private int triedCount;
  private int attempts;
  private boolean pinned;
  private boolean freshConnection;
  private boolean sessionless;
  private @Nullable Pool pool;
  private @Nullable String stickyTo;
  private RouterError refusal = RouterError.CONNECTION_LIMIT;

  /**
   * @param maxAttempts for one request, the first included
   */
  public Selection(Balancer balancer, StickySession sessions, int maxAttempts) {
    this.balancer = balancer;
    this.sessions = sessions;
    this.tried = new Endpoint[maxAttempts];
  }

  /** For the next request. */
  public void clear() {
    triedCount = 0;
    attempts = 0;
    pinned = false;
    freshConnection = false;
    sessionless = false;
    pool = null;
    stickyTo = null;
  }

  /** The endpoint of the first attempt; null when there is none, then {@link #refusal} says why. */
  public @Nullable Endpoint first(RequestHead head, Pool among, long now) {
    pool = among;
    attempts = 1;
    HeaderName pinning = InstancePin.header(head);
    if (pinning != null) {
      pinned = true;
      return pinned(head, pinning, among);
    }
    stickyTo = sessions.wanted(head);
    if (stickyTo != null) {
      Endpoint holder = StickySession.find(among, stickyTo);
      // One that sleeps holds no session any more: that ended with its process.
      if (holder != null && !holder.isAsleep() && balancer.hasRoom(holder)) {
        return holder;
      }
    }
    refusal = RouterError.CONNECTION_LIMIT;
    return balancer.next(among, now, tried, 0);
  }

  /** As {@link #first} for a pool that no header and no session of the request is meant for. */
  public @Nullable Endpoint firstOfAny(Pool among, long now) {
    pool = among;
    attempts = 1;
    sessionless = true;
    refusal = RouterError.CONNECTION_LIMIT;
    return balancer.next(among, now, tried, 0);
  }

  private @Nullable Endpoint pinned(RequestHead head, HeaderName header, Pool among) {
    String value = head.value(header);
    Optional<InstancePin> pin = InstancePin.parse(header, value == null ? "" : value);
    if (pin.isEmpty()) {
      refusal =
          header == HeaderName.X_CF_APP_INSTANCE
              ? RouterError.INVALID_APP_INSTANCE
              : RouterError.INVALID_PROCESS_INSTANCE;
      return null;
    }
    Endpoint meant = pin.get().find(among);
    refusal = meant == null ? RouterError.UNKNOWN_INSTANCE : RouterError.CONNECTION_LIMIT;
    return meant != null && balancer.hasRoom(meant) ? meant : null;
  }

  /** Why there is no endpoint. */
  public RouterError refusal() {
    return refusal;
  }

  /**
   * The endpoint of another attempt; null when there shall be none.
   *
   * @param repeatable the request may be sent twice, and nothing of a body has been sent
   */
  public @Nullable Endpoint next(
      BackendFailure failure, Endpoint failed, boolean repeatable, long now) {
    Pool among = pool;
    boolean allowed =
        switch (failure.retry()) {
          case NEVER -> false;
          case ALWAYS -> true;
          case WHEN_REPEATABLE -> repeatable;
        };
    if (!allowed || among == null || attempts == tried.length) {
      return null;
    }
    attempts++;
    if (failure == BackendFailure.STALE_CONNECTION) {
      freshConnection = true;
      return failed;
    }
    tried[triedCount++] = failed;
    // Nobody can stand in for an instance that was asked for.
    return pinned ? null : balancer.next(among, now, tried, triedCount);
  }

  /** Whether the attempt must not use a connection that has been idle. */
  public boolean needsFreshConnection() {
    boolean needed = freshConnection;
    freshConnection = false;
    return needed;
  }

  /**
   * The Set-Cookie value that ties the client to {@code endpoint}; null when none is due.
   *
   * @param tls whether the client speaks TLS to us
   */
  public @Nullable String cookie(ResponseHead head, Endpoint endpoint, boolean tls) {
    return pool == null || sessionless
        ? null
        : sessions.cookie(head, pool, endpoint, stickyTo, tls);
  }
}
