package bellows.router.pipeline;

import bellows.router.http1.RequestHead;
import bellows.router.routes.Endpoint;

/** What one event loop does about endpoints that sleep. */
final class Wakes {
  private final Lane lane;

  Wakes(Lane lane) {
    this.lane = lane;
  }

  /** A request is about to be sent to a sleeping endpoint, which wakes it. */
  void sentTo(Endpoint sleeping, long now) {
    if (begin(sleeping, now)) {
      lane.shared().counters().woke();
    }
  }

  /** Wakes it behind the back of a client that does not wait. */
  void knockAt(Endpoint sleeping, long now) {
    if (begin(sleeping, now)) {
      lane.shared().counters().woke();
      lane.backends().knock(sleeping, Timeouts.WAKE, () -> failed(sleeping));
    }
  }

  private static boolean begin(Endpoint sleeping, long now) {
    return sleeping.beginWake(now, now + Timeouts.WAKE.toNanos());
  }

  /** It could not be woken. */
  void failed(Endpoint endpoint) {
    lane.shared().counters().wakeFailed();
    endpoint.failWake(lane.now() + lane.shared().routes().rules().failurePause().toNanos());
  }

  /** Not after a failed wake: the browser shall see the reason then, and not wait for ever. */
  static boolean showsPage(RequestHead head, Endpoint chosen, long now) {
    return chosen.isAsleep()
        && chosen.hasWakePage()
        && !chosen.hasFailedToWake(now)
        && WakePage.suits(head);
  }
}
