package bellows.cloudcontroller.apps;

import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.applog.AppLog;
import bellows.http.CfError;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Starts, stops and restarts an app: changes what is desired. The hint goes out after the commit;
 * whoever places instances finds the change without it too.
 */
public final class AppLifecycle {
  private final AppStore apps;
  private final ProcessStore processes;
  private final Runnable desiredChanged;
  private final AppLog appLog;

  /**
   * @param desiredChanged called after each commit that changes what must run
   */
  public AppLifecycle(
      AppStore apps, ProcessStore processes, Runnable desiredChanged, AppLog appLog) {
    this.apps = apps;
    this.processes = processes;
    this.desiredChanged = desiredChanged;
    this.appLog = appLog;
  }

  /** Does nothing to an app that is started. */
  App start(Handle db, Caller caller, App app) {
    String droplet = requireDroplet(app);
    if (!app.started()) {
      run(db, app, droplet);
      AppEvents.record(db, caller, app, "start", Map.of());
      say(db, app, "Updated app with guid %s ({\"state\"=>\"STARTED\"})".formatted(app.guid()));
    }
    return again(db, app);
  }

  /** Does nothing to an app that is stopped. */
  public App stop(Handle db, Caller caller, App app) {
    if (app.started()) {
      apps.setStarted(db, app.guid(), false);
      AppEvents.record(db, caller, app, "stop", Map.of());
      say(db, app, "Updated app with guid %s ({\"state\"=>\"STOPPED\"})".formatted(app.guid()));
      changedAfterCommit(db);
    }
    return again(db, app);
  }

  /** Replaces every instance by one of the current droplet, command and environment. */
  App restart(Handle db, Caller caller, App app) {
    run(db, app, requireDroplet(app));
    AppEvents.record(db, caller, app, "restart", Map.of());
    say(db, app, "Restarted app with guid " + app.guid());
    return again(db, app);
  }

  /** Makes every process run the droplet from now on, in new instances. */
  public void run(Handle db, App app, String droplet) {
    processes.renew(db, app.guid(), droplet);
    apps.setStarted(db, app.guid(), true);
    MemoryQuota.check(db, app.organization());
    changedAfterCommit(db);
  }

  /** To be called in a transaction that changes what must run. */
  public void changedAfterCommit(Handle db) {
    db.afterCommit(desiredChanged);
  }

  private void say(Handle db, App app, String text) {
    db.afterCommit(() -> appLog.api(app.id(), text));
  }

  private App again(Handle db, App app) {
    return apps.find(db, app.guid()).orElse(app);
  }

  /**
   * @throws CfError 422
   */
  public static String requireDroplet(App app) {
    String droplet = app.droplet();
    if (droplet == null) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because("Assign a droplet before starting this app.");
    }
    return droplet;
  }
}
