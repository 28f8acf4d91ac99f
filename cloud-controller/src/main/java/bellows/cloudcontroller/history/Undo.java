package bellows.cloudcontroller.history;

import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.apps.App;
import bellows.cloudcontroller.apps.AppLifecycle;
import bellows.cloudcontroller.apps.AppProcess;
import bellows.cloudcontroller.apps.MemoryQuota;
import bellows.cloudcontroller.apps.ProcessChange;
import bellows.cloudcontroller.apps.ProcessStore;
import bellows.cloudcontroller.droplets.CurrentDroplet;
import bellows.cloudcontroller.history.UndoPlan.Now;
import bellows.cloudcontroller.history.UndoPlan.Size;
import bellows.cloudcontroller.placements.PlacementMoves;
import bellows.http.CfError;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Brings back what was true before a change set, by the same means as a person would use. */
public final class Undo {
  private final AppLifecycle lifecycle;
  private final ProcessStore processes;
  private final CurrentDroplet droplets;
  private final PlacementMoves placements;

  public Undo(
      AppLifecycle lifecycle,
      ProcessStore processes,
      CurrentDroplet droplets,
      PlacementMoves placements) {
    this.lifecycle = lifecycle;
    this.processes = processes;
    this.droplets = droplets;
    this.placements = placements;
  }

  /** What {@link UndoPlan} has to know of the app. */
  Now now(Handle db, App app) {
    Map<String, Size> sizes = new HashMap<>();
    for (AppProcess process : processes.of(db, app.guid())) {
      sizes.put(
          process.guid(), new Size(process.instances(), process.memoryMb(), process.diskMb()));
    }
    return new Now(app.droplet(), app.started(), sizes, placements.hosts(db, app.guid()));
  }

  /**
   * Does what the plan says.
   *
   * @throws CfError 403 when an instance would move and the caller is no administrator, 422 when
   *     the former state cannot be had any more
   */
  void take(Handle db, Caller caller, App app, UndoPlan plan) {
    requireNoDeployment(db, app);
    boolean renew = false;
    for (Map.Entry<String, Size> entry : plan.sizes().entrySet()) {
      Size size = entry.getValue();
      AppProcess process = processes.find(db, entry.getKey()).orElseThrow();
      processes.change(
          db, process, ProcessChange.scale(size.instances(), size.memoryMb(), size.diskMb(), null));
      renew |= size.memoryMb() != null || size.diskMb() != null;
    }
    String droplet = plan.droplet();
    if (droplet != null) {
      droplets.assign(db, app, droplet);
    }
    boolean started = plan.started() == null ? app.started() : plan.started();
    if (!started) {
      lifecycle.stop(db, caller, app);
    } else if (renew || droplet != null || !app.started()) {
      lifecycle.run(db, app, droplet == null ? AppLifecycle.requireDroplet(app) : droplet);
    } else {
      MemoryQuota.check(db, app.organization());
    }
    plan.hosts()
        .forEach((place, host) -> {
          Permissions.requireAdmin(caller);
          placements.put(db, place, host);
        });
    lifecycle.changedAfterCommit(db);
  }

  private static void requireNoDeployment(Handle db, App app) {
    boolean deploying =
        db.createQuery(
                """
                select exists (
                  select 1 from deployments where app_guid = :app and status_value = 'ACTIVE')\
                """)
            .bind("app", app.guid())
            .mapTo(Boolean.class)
            .one();
    if (deploying) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "A deployment is in flight; cancel it, or wait until it has ended");
    }
  }
}
