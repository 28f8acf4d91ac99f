package bellows.router.pipeline;

import bellows.router.accesslog.AccessRecord;
import bellows.router.errors.RouterError;
import bellows.router.http1.RequestHead;
import bellows.router.routes.Pool;
import bellows.router.routeservices.RouteServices;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Finds where a request goes whose route has a service. One for each exchange, used again with it;
 * on its event loop.
 */
final class ServiceVisit {
  private static final int LOOKUP_SECONDS = 5;

  private final Lane lane;
  private final User user;

  /** Tells a lookup that is still waited for from one whose request is over. */
  private long lookups;

  /** Who is told, once for each request, at once or later. */
  interface User {
    void serviceFound(Pool service);

    void serviceRefused(RouterError error, String subject, String detail);
  }

  ServiceVisit(Lane lane, User user) {
    this.lane = lane;
    this.user = user;
  }

  /**
   * Begins with a request that has not been there.
   *
   * @param record of the request; is told where it goes
   * @param route with a service
   * @param host as the client named it, for errors
   */
  void begin(RequestHead head, AccessRecord record, Pool route, String host) {
    Shared shared = lane.shared();
    RouteServices services = shared.routeServices();
    if (!services.isOn()) {
      user.serviceRefused(RouterError.ROUTE_SERVICE_UNSUPPORTED, host, "");
    } else if (head.isWebSocket()) {
      user.serviceRefused(RouterError.ROUTE_SERVICE_WEBSOCKET, host, "");
    } else if (services.isCircling(head)) {
      user.serviceRefused(RouterError.ROUTE_SERVICE_LOOP, host, "");
    } else {
      shared.counters().visitedService();
      RouteServices.Visit visit =
          services.visit(route, ForwardedUrl.of(record), shared.routes().table());
      record.detour = visit.detour();
      if (visit.pool().isDone()) {
        found(visit.pool());
      } else {
        await(visit.pool());
      }
    }
  }

  /** The request is over: nobody waits any more. */
  void end() {
    lookups++;
  }

  /** The name of the service is being looked up; meanwhile the client may go away. */
  private void await(CompletableFuture<Pool> lookup) {
    long waiting = ++lookups;
    var _ =
        lookup
            .copy()
            .orTimeout(LOOKUP_SECONDS, TimeUnit.SECONDS)
            .whenComplete((pool, failure) ->
                lane.execute(() -> {
                  if (waiting == lookups) {
                    found(failure == null ? lookup : CompletableFuture.failedFuture(failure));
                  }
                }));
  }

  private void found(CompletableFuture<Pool> lookup) {
    if (lookup.isCompletedExceptionally()) {
      user.serviceRefused(RouterError.ROUTE_SERVICE_FAILURE, "", reason(lookup.exceptionNow()));
    } else {
      user.serviceFound(lookup.resultNow());
    }
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return cause instanceof TimeoutException
        ? "lookup timed out"
        : String.valueOf(cause.getMessage());
  }
}
