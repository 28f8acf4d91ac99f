package bellows.cloudcontroller.droplets;

import bellows.cloudcontroller.apps.App;
import bellows.cloudcontroller.apps.AppStore;
import bellows.cloudcontroller.apps.ProcessStore;
import bellows.http.CfError;
import org.jdbi.v3.core.Handle;

/** Makes a droplet the one that an app's next start runs. */
public final class CurrentDroplet {
  private final AppStore apps;
  private final ProcessStore processes;
  private final DropletStore droplets;

  public CurrentDroplet(AppStore apps, ProcessStore processes, DropletStore droplets) {
    this.apps = apps;
    this.processes = processes;
    this.droplets = droplets;
  }

  /**
   * What runs is left alone; the processes that the droplet offers are there afterwards.
   *
   * @throws CfError 422 when it is no droplet of this app
   */
  public Droplet assign(Handle db, App app, String guid) {
    Droplet droplet = ofApp(db, app, guid);
    apps.setDroplet(db, app.guid(), guid);
    processes.adopt(db, app.guid(), droplet.processTypes());
    return droplet;
  }

  /**
   * @throws CfError 422 when it is no droplet of this app
   */
  public Droplet ofApp(Handle db, App app, String guid) {
    return droplets
        .find(db, guid)
        .filter(droplet -> droplet.app().equals(app.guid()))
        .orElseThrow(() ->
            CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "Unable to assign current droplet. Ensure the droplet exists and belongs to"
                    + " this app."));
  }
}
