package bellows.cloudcontroller.apps;

import bellows.blobstore.BlobKey;
import bellows.blobstore.Blobstore;
import bellows.bus.MessageBus;
import bellows.cmdb.Database;
import bellows.contracts.Subjects;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.staging.StagingStop;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Removes an app with all that belongs to it. May run again after it was interrupted: the rows go
 * last but for the blobs, which nothing refers to then and which the collector finds as well.
 */
public final class AppDeletion {
  static final String OPERATION = "app.delete";
  static final String CLEAR_CACHE = "app.clear_buildpack_cache";

  private final Database database;
  private final MessageBus bus;
  private final Blobstore blobs;
  private final AppStore apps;

  public AppDeletion(Database database, MessageBus bus, Blobstore blobs, AppStore apps) {
    this.database = database;
    this.bus = bus;
    this.blobs = blobs;
    this.apps = apps;
  }

  /** Does nothing when the app is gone. */
  public void delete(String guid) {
    List<BlobKey> keys =
        database.inTransaction(db -> {
          List<BlobKey> owned = blobs(db, guid);
          apps.delete(db, guid);
          return owned;
        });
    AppGuid app = new AppGuid(guid);
    bus.publish(Subjects.STAGING_STOP, new StagingStop(app));
    bus.publish(Subjects.DEA_STOP, InstanceFilter.all(app));
    keys.forEach(blobs::delete);
  }

  void clearBuildCache(String guid) {
    blobs.delete(new BlobKey("build-caches", guid));
  }

  private static List<BlobKey> blobs(Handle db, String app) {
    List<BlobKey> keys = new ArrayList<>();
    keys.add(new BlobKey("build-caches", app));
    for (String table : List.of("packages", "droplets")) {
      db.createQuery("select guid from " + table + " where app_guid = :app")
          .bind("app", app)
          .mapTo(String.class)
          .forEach(guid -> keys.add(new BlobKey(table, guid)));
    }
    return keys;
  }
}
