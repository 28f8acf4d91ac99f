package bellows.cloudcontroller.droplets;

import bellows.base.json.Json;
import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.ResourceTable;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.api.Where;
import bellows.contracts.staging.StagingReply;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/** The rows of droplets. */
public final class DropletStore {
  static final ListSpec LIST =
      ListSpec.of("states", "app_guids", "space_guids", "organization_guids", "current").labelled();

  private static final TypeReference<LinkedHashMap<String, String>> TYPES =
      new TypeReference<>() {};
  private static final ResourceTable<Droplet> DROPLETS =
      new ResourceTable<>(
          "droplets",
          "d",
          "select d.*, a.space_guid, s.organization_guid",
          """
          from droplets d join apps a on a.guid = d.app_guid
            join spaces s on s.guid = a.space_guid\
          """,
          (row, _) -> droplet(row));

  public Optional<Droplet> find(Handle db, String guid) {
    return DROPLETS.find(db, guid);
  }

  Page<Droplet> page(
      Handle db,
      ListQuery query,
      Caller caller,
      Optional<String> ofApp,
      Optional<String> ofPackage) {
    Where where =
        Where.of(query, "d")
            .in("d.state", query.values("states"))
            .in("d.app_guid", query.values("app_guids"))
            .in("a.space_guid", query.values("space_guids"))
            .in("s.organization_guid", query.values("organization_guids"))
            .in("d.app_guid", ofApp.map(List::of))
            .in("d.package_guid", ofPackage.map(List::of))
            .visibleSpaces(caller, "a.space_guid");
    query
        .values("current")
        .filter(values -> values.contains("true"))
        .ifPresent(_ -> where.and("d.guid = a.droplet_guid"));
    return DROPLETS.page(db, where);
  }

  /** The droplet of a build that went well; does nothing when it is there. */
  public void insertStaged(
      Handle db,
      String guid,
      String app,
      String appPackage,
      String stack,
      Map<String, String> processTypes,
      StagingReply reply) {
    db.createUpdate(
            """
            insert into droplets (guid, app_guid, package_guid, state, sha1, sha256, size_bytes,
                                  stack, buildpacks, process_types)
            values (:guid, :app, :package, 'STAGED', :sha1, :sha256, :bytes, :stack,
                    cast(:buildpacks as jsonb), cast(:types as jsonb))
            on conflict (guid) do nothing\
            """)
        .bind("guid", guid)
        .bind("app", app)
        .bind("package", appPackage)
        .bind("sha1", reply.dropletSha1())
        .bind("sha256", reply.dropletSha256())
        .bind("bytes", reply.dropletBytes())
        .bind("stack", stack)
        .bind("buildpacks", Json.text(buildpacks(reply)))
        .bind("types", Json.text(processTypes))
        .execute();
  }

  /** The same for another app; does nothing when the source is gone. */
  void insertCopy(Handle db, String guid, String app, String source) {
    db.createUpdate(
            """
            insert into droplets (guid, app_guid, state, sha1, sha256, size_bytes, stack,
                                  buildpacks, process_types, execution_metadata)
            select :guid, :app, state, sha1, sha256, size_bytes, stack, buildpacks, process_types,
                   execution_metadata
            from droplets where guid = :source\
            """)
        .bind("guid", guid)
        .bind("app", app)
        .bind("source", source)
        .execute();
  }

  void setMetadata(Handle db, String guid, Metadata metadata) {
    DROPLETS.setMetadata(db, guid, metadata);
  }

  /** False when something runs it, or would with its next start. */
  boolean unused(Handle db, String guid) {
    return db.createQuery(
            """
            select not exists (select 1 from apps where droplet_guid = :guid)
               and not exists (select 1 from processes where droplet_guid = :guid)
               and not exists (select 1 from placements where droplet_guid = :guid)\
            """)
        .bind("guid", guid)
        .mapTo(Boolean.class)
        .one();
  }

  void delete(Handle db, String guid) {
    DROPLETS.delete(db, guid);
  }

  private static List<Map<String, @Nullable Object>> buildpacks(StagingReply reply) {
    List<Map<String, @Nullable Object>> shown = new ArrayList<>();
    List<StagingReply.UsedBuildpack> used = reply.buildpacks();
    if (used == null) {
      String detected = reply.detectedBuildpack();
      used =
          detected == null
              ? List.of()
              : List.of(new StagingReply.UsedBuildpack(detected, detected, null));
    }
    for (StagingReply.UsedBuildpack buildpack : used) {
      Map<String, @Nullable Object> entry = new LinkedHashMap<>();
      entry.put("name", buildpack.name());
      entry.put("detect_output", buildpack.detectOutput());
      entry.put("buildpack_name", buildpack.name());
      entry.put("version", buildpack.version());
      shown.add(entry);
    }
    return shown;
  }

  private static Droplet droplet(ResultSet row) throws SQLException {
    return new Droplet(
        row.getString("guid"),
        row.getString("app_guid"),
        row.getString("space_guid"),
        row.getString("organization_guid"),
        row.getString("package_guid"),
        row.getString("state"),
        row.getString("error"),
        row.getString("sha256"),
        row.getString("stack"),
        Json.tree(row.getString("buildpacks")),
        Json.read(row.getString("process_types"), TYPES),
        row.getString("execution_metadata"),
        Metadata.of(row),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"));
  }
}
