package bellows.cloudcontroller.routes;

import org.jdbi.v3.core.Handle;

/** Whoever must tell running instances that their app's routes are others now. */
@FunctionalInterface
public interface RouteChanges {
  /**
   * Called inside the transaction that changes the routes, perhaps several times for one app; what
   * is told to others is told after the commit ({@code db.afterCommit}).
   */
  void changed(Handle db, String appGuid);
}
