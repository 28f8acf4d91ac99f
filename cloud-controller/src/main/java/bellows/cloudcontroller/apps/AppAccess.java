package bellows.cloudcontroller.apps;

import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.Permissions;
import bellows.http.CfError;
import org.jdbi.v3.core.Handle;

/** Finds an app for someone who wants to do something with it. */
public final class AppAccess {
  private static final String KIND = "App";

  private final AppStore apps;

  public AppAccess(AppStore apps) {
    this.apps = apps;
  }

  /**
   * @throws CfError 404 when there is none that the caller may see
   */
  public App readable(Handle db, Caller caller, String guid) {
    App app = apps.find(db, guid).orElseThrow(AppAccess::notFound);
    Permissions.requireReadableSpace(db, caller, app.space(), KIND);
    return app;
  }

  /**
   * For the environment and other secrets.
   *
   * @throws CfError 404, or 403 when the caller may see the app only
   */
  public App readableSecrets(Handle db, Caller caller, String guid) {
    App app = readable(db, caller, guid);
    Permissions.require(Permissions.readsSecrets(db, caller, app.space()));
    return app;
  }

  /**
   * For changes; the app is locked until the transaction ends.
   *
   * @throws CfError 404, 403, or 422 when the app is being deleted
   */
  public App changeable(Handle db, Caller caller, String guid) {
    App app = apps.findForUpdate(db, guid).orElseThrow(AppAccess::notFound);
    Permissions.requireDeveloper(db, caller, app.space(), KIND);
    return unlessDeleting(app);
  }

  /** As {@link #changeable}, for what supporters may do too: start, stop, scale. */
  public App operable(Handle db, Caller caller, String guid) {
    App app = apps.findForUpdate(db, guid).orElseThrow(AppAccess::notFound);
    Permissions.requireSupporter(db, caller, app.space(), KIND);
    return unlessDeleting(app);
  }

  /**
   * For a body that refers to an app.
   *
   * @throws CfError 422 when there is none that the caller may see, 403 when it may not change it
   */
  public App referred(Handle db, Caller caller, String guid) {
    App app =
        apps.findForUpdate(db, guid)
            .filter(found -> Permissions.readsSpace(db, caller, found.space()))
            .orElseThrow(() ->
                CfError.Kind.UNPROCESSABLE_ENTITY.because(
                    "App is invalid. Ensure it exists and you have access to it."));
    Permissions.requireDeveloper(db, caller, app.space(), KIND);
    return unlessDeleting(app);
  }

  private static App unlessDeleting(App app) {
    if (app.deleting()) {
      throw CfError.Kind.RESOURCE_BEING_DELETED.because("The app is being deleted");
    }
    return app;
  }

  private static CfError notFound() {
    return Permissions.notFound(KIND);
  }
}
