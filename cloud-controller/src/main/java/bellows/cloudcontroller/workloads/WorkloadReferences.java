package bellows.cloudcontroller.workloads;

import bellows.blobstore.BlobCollector;
import bellows.blobstore.BlobKey;
import bellows.cmdb.Database;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which blobs the rows of apps refer to; all others of these folders are garbage once they are old.
 */
public final class WorkloadReferences implements BlobCollector.References {
  /** The folders that this class knows all about. */
  public static final List<String> FOLDERS =
      List.of(
          "packages",
          "package-uploads",
          "droplets",
          "droplet-uploads",
          "build-caches",
          "resources");

  private final Database database;

  public WorkloadReferences(Database database) {
    this.database = database;
  }

  @Override
  public Set<BlobKey> referenced(String folder) {
    String sql =
        switch (folder) {
          case "packages" -> "select guid from packages";
          // A build that is under way has no row in droplets yet.
          case "droplets" ->
              "select guid from droplets union select droplet_guid from staging_tasks";
          case "build-caches" -> "select guid from apps";
          case "resources" -> "select distinct sha1 from resources";
          // Only on their way: whoever uploads takes them away.
          case "package-uploads", "droplet-uploads" -> "select guid from apps where false";
          default -> throw new IllegalArgumentException("not a folder of apps: " + folder);
        };
    Set<BlobKey> keys = new HashSet<>();
    database
        .inTransaction(db -> db.createQuery(sql).mapTo(String.class).list())
        .forEach(name -> keys.add(new BlobKey(folder, name)));
    return keys;
  }
}
