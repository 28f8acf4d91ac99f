package bellows.router.balance;

import bellows.router.errors.BackendFailure;
import bellows.router.errors.RetryRefusal;
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
  private final Retries retries;
  private final Endpoint[] tried;
  private int triedCount;
  private int attempts;
  private boolean pinned;
  private boolean sameAgain;
  private boolean freshConnection;
  private boolean sessionless;
  private @Nullable Pool pool;
  private @Nullable String stickyTo;
  private RouterError refusal = RouterError.CONNECTION_LIMIT;
  private @Nullable RetryRefusal retryRefusal;

  public Selection(Balancer balancer, StickySession sessions, Retries retries) {
    this.balancer = balancer;
    this.sessions = sessions;
    this.retries = retries;
    this.tried = new Endpoint[retries.attempts()];
  }

  /** For the next request. */
  public void clear() {
    triedCount = 0;
    attempts = 0;
    pinned = false;
    sameAgain = false;
    freshConnection = false;
    sessionless = false;
    pool = null;
    stickyTo = null;
    retryRefusal = null;
  }

  /** The endpoint of the first attempt; null when there is none, then {@link #refusal} says why. */
  public @Nullable Endpoint first(RequestHead head, Pool among, long now) {
    pool = among;
    attempts = 1;
    among.requested(now);
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
    among.requested(now);
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
   * The endpoint of another attempt; null when there shall be none, or is none. Nothing of the
   * request's body must have been sent.
   *
   * @param idempotent whether sending the request twice does no more than sending it once
   * @param spentNanos on the request so far, without waiting for a sleeping instance
   * @param now in nanoseconds
   */
  public @Nullable Endpoint next(
      BackendFailure failure, Endpoint failed, boolean idempotent, long spentNanos, long now) {
    Pool among = pool;
    boolean allowed =
        switch (failure.retry()) {
          case NEVER -> false;
          case REPEATABLE -> idempotent;
          case UNTOUCHED, UNSENT -> true;
        };
    if (!allowed || among == null || attempts == tried.length) {
      return null;
    }
    // What was not sent has been no load.
    boolean onBudget = failure.retry() != BackendFailure.Retry.UNSENT;
    retryRefusal =
        spentNanos > retries.within().toNanos()
            ? RetryRefusal.TIME
            : onBudget && !among.mayRetry(now) ? RetryRefusal.BUDGET : null;
    if (retryRefusal != null) {
      return null;
    }
    Endpoint next = after(failure, failed, among, now);
    if (next != null) {
      attempts++;
      if (onBudget) {
        among.retried(now);
      }
    }
    return next;
  }

  private @Nullable Endpoint after(BackendFailure failure, Endpoint failed, Pool among, long now) {
    if (failure.retriesSameEndpoint() && !sameAgain) {
      sameAgain = true;
      freshConnection = true;
      return failed;
    }
    tried[triedCount++] = failed;
    // Nobody can stand in for an instance that was asked for.
    return pinned ? null : balancer.next(among, now, tried, triedCount);
  }

  /** Why the last failure was not followed by another attempt that it would have allowed. */
  public @Nullable RetryRefusal retryRefusal() {
    return retryRefusal;
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
