package bellows.cloudcontroller.packages;

import bellows.blobstore.Stored;
import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.ResourceTable;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.api.Where;
import bellows.cloudcontroller.packages.AppPackage.State;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The rows of packages. */
public final class PackageStore {
  static final ListSpec LIST =
      ListSpec.of("states", "types", "app_guids", "space_guids", "organization_guids").labelled();

  private static final ResourceTable<AppPackage> PACKAGES =
      new ResourceTable<>(
          "packages",
          "k",
          "select k.*, a.space_guid, s.organization_guid",
          """
          from packages k join apps a on a.guid = k.app_guid
            join spaces s on s.guid = a.space_guid\
          """,
          (row, _) -> appPackage(row));

  public Optional<AppPackage> find(Handle db, String guid) {
    return PACKAGES.find(db, guid);
  }

  Page<AppPackage> page(Handle db, ListQuery query, Caller caller, Optional<String> ofApp) {
    Where where =
        Where.of(query, "k")
            .in("k.state", query.values("states"))
            .in("k.type", query.values("types"))
            .in("k.app_guid", query.values("app_guids"))
            .in("a.space_guid", query.values("space_guids"))
            .in("s.organization_guid", query.values("organization_guids"))
            .in("k.app_guid", ofApp.map(List::of))
            .visibleSpaces(caller, "a.space_guid");
    return PACKAGES.page(db, where);
  }

  void insert(Handle db, String guid, String app, Metadata metadata) {
    db.createUpdate(
            """
            insert into packages (guid, app_guid, labels, annotations)
            values (:guid, :app, cast(:labels as jsonb), cast(:annotations as jsonb))\
            """)
        .bind("guid", guid)
        .bind("app", app)
        .bindMap(metadata.columns())
        .execute();
  }

  void setMetadata(Handle db, String guid, Metadata metadata) {
    PACKAGES.setMetadata(db, guid, metadata);
  }

  /**
   * Makes the caller the only one who may put the bits in place. Who got it and died holds it for a
   * minute, which is long for that step: the bits are in the blobstore by then.
   *
   * @return false when someone else has, or had, it
   */
  boolean claimUpload(Handle db, String guid) {
    return db.createUpdate(
                """
                update packages set state = 'PROCESSING_UPLOAD', updated_at = now()
                where guid = :guid and (state = 'AWAITING_UPLOAD'
                  or (state = 'PROCESSING_UPLOAD' and updated_at < now() - interval '1 minute'))\
                """)
            .bind("guid", guid)
            .execute()
        == 1;
  }

  void ready(Handle db, String guid, Stored bits) {
    db.createUpdate(
            """
            update packages
            set state = 'READY', sha256 = :sha256, size_bytes = :bytes, updated_at = now()
            where guid = :guid\
            """)
        .bind("guid", guid)
        .bind("sha256", bits.sha256())
        .bind("bytes", bits.bytes())
        .execute();
  }

  /** Takes digest and size over from another package. */
  void readyAs(Handle db, String guid, String source) {
    db.createUpdate(
            """
            update packages p
            set state = 'READY', sha256 = s.sha256, size_bytes = s.size_bytes, updated_at = now()
            from packages s where p.guid = :guid and s.guid = :source\
            """)
        .bind("guid", guid)
        .bind("source", source)
        .execute();
  }

  /**
   * @return false when the upload had ended in another way already
   */
  boolean fail(Handle db, String guid, String error) {
    return db.createUpdate(
                """
                update packages set state = 'FAILED', error = :error, updated_at = now()
                where guid = :guid and state = 'AWAITING_UPLOAD'\
                """)
            .bind("guid", guid)
            .bind("error", error)
            .execute()
        == 1;
  }

  void delete(Handle db, String guid) {
    PACKAGES.delete(db, guid);
  }

  private static AppPackage appPackage(ResultSet row) throws SQLException {
    return new AppPackage(
        row.getString("guid"),
        row.getString("app_guid"),
        row.getString("space_guid"),
        row.getString("organization_guid"),
        State.valueOf(row.getString("state")),
        row.getString("error"),
        row.getString("sha256"),
        Metadata.of(row),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"));
  }
}
