package bellows.cloudcontroller.builds;

import bellows.base.json.Json;
import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.ResourceTable;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.api.Where;
import bellows.cloudcontroller.builds.Build.Creator;
import bellows.cloudcontroller.builds.Build.State;
import bellows.contracts.ids.TaskId;
import bellows.contracts.staging.StagingReply;
import bellows.contracts.staging.StagingStart.AdminBuildpack;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The rows of builds, and of the queue that the stager works on. */
final class BuildStore {
  static final ListSpec LIST = ListSpec.of("app_guids", "package_guids", "states").labelled();

  private static final ResourceTable<Build> BUILDS =
      new ResourceTable<>(
          "builds",
          "b",
          "select b.*, a.space_guid",
          "from builds b join apps a on a.guid = b.app_guid",
          (row, _) -> build(row));

  /** A task that has ended, for a build that has not. */
  record Ended(String build, String droplet, StagingReply reply) {}

  Optional<Build> find(Handle db, String guid) {
    return BUILDS.find(db, guid);
  }

  Page<Build> page(Handle db, ListQuery query, Caller caller, Optional<String> ofApp) {
    Where where =
        Where.of(query, "b")
            .in("b.app_guid", query.values("app_guids"))
            .in("b.package_guid", query.values("package_guids"))
            .in("b.state", query.values("states"))
            .in("b.app_guid", ofApp.map(List::of))
            .visibleSpaces(caller, "a.space_guid");
    return BUILDS.page(db, where);
  }

  /** Whether the app is being staged; to be asked with the app locked. */
  boolean staging(Handle db, String app) {
    return db.createQuery(
            "select exists (select 1 from builds where app_guid = :app and state = 'STAGING')")
        .bind("app", app)
        .mapTo(Boolean.class)
        .one();
  }

  void insert(Handle db, Build build) {
    db.createUpdate(
            """
            insert into builds (guid, app_guid, package_guid, buildpacks, stack, memory_mb,
                                disk_mb, log_rate_bytes_per_second, created_by_guid,
                                created_by_name, created_by_email, labels, annotations)
            values (:guid, :app, :package, :buildpacks, :stack, :memory, :disk, :logRate,
                    :creator, :creatorName, :creatorEmail, cast(:labels as jsonb),
                    cast(:annotations as jsonb))\
            """)
        .bind("guid", build.guid())
        .bind("app", build.app())
        .bind("package", build.appPackage())
        .bind("buildpacks", build.buildpacks().toArray(String[]::new))
        .bind("stack", build.stack())
        .bind("memory", build.memoryMb())
        .bind("disk", build.diskMb())
        .bind("logRate", build.logRate())
        .bind("creator", build.createdBy().guid())
        .bind("creatorName", build.createdBy().name())
        .bind("creatorEmail", build.createdBy().email())
        .bindMap(build.metadata().columns())
        .execute();
  }

  void queue(
      Handle db, String build, String app, String droplet, TaskId task, byte[] sealedRequest) {
    db.createUpdate(
            """
            insert into staging_tasks (build_guid, task_id, app_guid, droplet_guid, request_secret)
            values (:build, :task, :app, :droplet, :request)\
            """)
        .bind("droplet", droplet)
        .bind("build", build)
        .bind("task", task.value())
        .bind("app", app)
        .bind("request", sealedRequest)
        .execute();
  }

  /** Enabled buildpacks with bits, for the stack or for any, in order; urls are blob keys. */
  List<AdminBuildpack> adminBuildpacks(Handle db, String stack) {
    return db.createQuery(
            """
            select guid, name, sha256 from buildpacks
            where enabled and sha256 is not null and lifecycle = 'buildpack'
              and (stack is null or stack = :stack)
            order by position, created_at\
            """)
        .bind("stack", stack)
        .map((row, _) ->
            new AdminBuildpack(
                row.getString("sha256"),
                "buildpacks/" + row.getString("guid"),
                row.getString("name")))
        .list();
  }

  /** Takes tasks that have ended out of the queue; another controller takes others. */
  List<Ended> takeEnded(Handle db, int most) {
    return db.createQuery(
            """
            delete from staging_tasks where build_guid in (
              select build_guid from staging_tasks where state = 'DONE'
              order by created_at limit :most for update skip locked)
            returning build_guid, droplet_guid, result\
            """)
        .bind("most", most)
        .map((row, _) ->
            new Ended(
                row.getString("build_guid"),
                row.getString("droplet_guid"),
                Json.read(row.getString("result"), StagingReply.class)))
        .list();
  }

  void staged(Handle db, String guid, String droplet) {
    db.createUpdate(
            """
            update builds set state = 'STAGED', droplet_guid = :droplet, updated_at = now()
            where guid = :guid\
            """)
        .bind("droplet", droplet)
        .bind("guid", guid)
        .execute();
  }

  void failed(Handle db, String guid, String error) {
    db.createUpdate(
            """
            update builds set state = 'FAILED', error = :error, updated_at = now()
            where guid = :guid\
            """)
        .bind("guid", guid)
        .bind("error", error)
        .execute();
  }

  void setMetadata(Handle db, String guid, Metadata metadata) {
    BUILDS.setMetadata(db, guid, metadata);
  }

  private static Build build(ResultSet row) throws SQLException {
    return new Build(
        row.getString("guid"),
        row.getString("app_guid"),
        row.getString("space_guid"),
        row.getString("package_guid"),
        row.getString("droplet_guid"),
        State.valueOf(row.getString("state")),
        row.getString("error"),
        List.of((String[]) row.getArray("buildpacks").getArray()),
        row.getString("stack"),
        row.getInt("memory_mb"),
        row.getInt("disk_mb"),
        row.getLong("log_rate_bytes_per_second"),
        new Creator(
            row.getString("created_by_guid"),
            row.getString("created_by_name"),
            row.getString("created_by_email")),
        Metadata.of(row),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"));
  }
}
