package bellows.cloudcontroller.apps;

import bellows.base.ids.Ids;
import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.api.Where;
import bellows.cloudcontroller.apps.AppProcess.HealthCheck;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The rows of processes. */
public final class ProcessStore {
  private static final String SELECT = "select p.*";
  private static final String FROM =
      "from processes p join apps a on a.guid = p.app_guid join spaces s on s.guid = a.space_guid";

  private final Sizes sizes;

  /**
   * What a process gets that names no size.
   *
   * @param logRate bytes per second, -1 without limit
   */
  public record Sizes(int memoryMb, int diskMb, long logRate) {
    public static final Sizes DEFAULT = new Sizes(512, 1024, 1 << 20);
  }

  public ProcessStore(Sizes sizes) {
    this.sizes = sizes;
  }

  public Optional<AppProcess> find(Handle db, String guid) {
    return db.createQuery(SELECT + " " + FROM + " where p.guid = :guid")
        .bind("guid", guid)
        .map((row, _) -> process(row))
        .findOne();
  }

  /** All processes of the app, by type, older ones first. */
  public List<AppProcess> of(Handle db, String app) {
    return db.createQuery(
            SELECT + " " + FROM + " where p.app_guid = :app order by p.type, p.created_at, p.guid")
        .bind("app", app)
        .map((row, _) -> process(row))
        .list();
  }

  /** During a deployment there are several web processes: the oldest one is meant. */
  public Optional<AppProcess> ofType(Handle db, String app, String type) {
    return of(db, app).stream().filter(process -> process.type().equals(type)).findFirst();
  }

  public Page<AppProcess> page(Handle db, ListQuery query, Caller caller, Optional<String> ofApp) {
    Where where =
        Where.of(query, "p")
            .in("p.type", query.values("types"))
            .in("p.app_guid", query.values("app_guids"))
            .in("a.space_guid", query.values("space_guids"))
            .in("s.organization_guid", query.values("organization_guids"))
            .in("p.app_guid", ofApp.map(List::of))
            .visibleSpaces(caller, "a.space_guid");
    return where.page(db, SELECT, FROM, (row, _) -> process(row));
  }

  /** A process that only exists so far: one instance for web, none for others. */
  public AppProcess create(Handle db, String app, String type) {
    boolean web = type.equals(AppProcess.WEB);
    return db.createQuery(
            """
            insert into processes (guid, app_guid, type, version, instances, memory_mb, disk_mb,
                                   log_rate_bytes_per_second, health_check_type)
            values (:guid, :app, :type, :version, :instances, :memory, :disk, :logRate, :check)
            returning *\
            """)
        .bind("guid", Ids.uuid())
        .bind("app", app)
        .bind("type", type)
        .bind("version", Ids.uuid())
        .bind("instances", web ? 1 : 0)
        .bind("memory", sizes.memoryMb())
        .bind("disk", sizes.diskMb())
        .bind("logRate", sizes.logRate())
        .bind("check", web ? "port" : "process")
        .map((row, _) -> process(row))
        .one();
  }

  /** A copy that a deployment grows while the original shrinks: no instances yet. */
  public AppProcess copyFor(Handle db, AppProcess original, String deployment, String droplet) {
    return db.createQuery(
            """
            insert into processes (
              guid, app_guid, type, version, droplet_guid, deployment_guid, command,
              detected_command, username, instances, memory_mb, disk_mb,
              log_rate_bytes_per_second, health_check_type, health_check_endpoint,
              health_check_timeout, health_check_invocation_timeout, health_check_interval,
              readiness_type, readiness_endpoint, readiness_invocation_timeout,
              readiness_interval, labels, annotations)
            select :guid, app_guid, type, :version, :droplet, :deployment, command,
              detected_command, username, 0, memory_mb, disk_mb,
              log_rate_bytes_per_second, health_check_type, health_check_endpoint,
              health_check_timeout, health_check_invocation_timeout, health_check_interval,
              readiness_type, readiness_endpoint, readiness_invocation_timeout,
              readiness_interval, labels, annotations
            from processes where guid = :original
            returning *\
            """)
        .bind("guid", Ids.uuid())
        .bind("version", Ids.uuid())
        .bind("droplet", droplet)
        .bind("deployment", deployment)
        .bind("original", original.guid())
        .map((row, _) -> process(row))
        .one();
  }

  /** Writes the change; running instances keep what they have until the app is restarted. */
  public AppProcess change(Handle db, AppProcess process, ProcessChange change) {
    HealthCheck health = process.healthCheck().with(change.healthCheck());
    HealthCheck readiness = process.readiness().with(change.readiness());
    String command = change.command() == null ? process.command() : change.command();
    return db.createQuery(
            """
            update processes
            set command = :command, username = :user, instances = :instances,
                memory_mb = :memory, disk_mb = :disk, log_rate_bytes_per_second = :logRate,
                health_check_type = :healthType, health_check_endpoint = :healthEndpoint,
                health_check_timeout = :healthTimeout,
                health_check_invocation_timeout = :healthInvocation,
                health_check_interval = :healthInterval, readiness_type = :readyType,
                readiness_endpoint = :readyEndpoint,
                readiness_invocation_timeout = :readyInvocation,
                readiness_interval = :readyInterval, updated_at = now()
            where guid = :guid
            returning *\
            """)
        .bind("guid", process.guid())
        .bind("command", change.resetCommand() ? null : command)
        .bind("user", change.user() == null ? process.user() : change.user())
        .bind("instances", or(change.instances(), process.instances()))
        .bind("memory", or(change.memoryMb(), process.memoryMb()))
        .bind("disk", or(change.diskMb(), process.diskMb()))
        .bind("logRate", change.logRate() == null ? process.logRate() : change.logRate())
        .bind("healthType", health.type())
        .bind("healthEndpoint", health.endpoint())
        .bind("healthTimeout", health.timeoutSeconds())
        .bind("healthInvocation", health.invocationTimeoutSeconds())
        .bind("healthInterval", health.intervalSeconds())
        .bind("readyType", readiness.type())
        .bind("readyEndpoint", readiness.endpoint())
        .bind("readyInvocation", readiness.invocationTimeoutSeconds())
        .bind("readyInterval", readiness.intervalSeconds())
        .map((row, _) -> process(row))
        .one();
  }

  public void setMetadata(Handle db, String guid, Metadata metadata) {
    db.createUpdate(
            """
            update processes
            set labels = cast(:labels as jsonb), annotations = cast(:annotations as jsonb),
                updated_at = now()
            where guid = :guid\
            """)
        .bindMap(metadata.columns())
        .bind("guid", guid)
        .execute();
  }

  public void setInstances(Handle db, String guid, int instances) {
    db.createUpdate(
            "update processes set instances = :instances, updated_at = now() where guid = :guid")
        .bind("instances", instances)
        .bind("guid", guid)
        .execute();
  }

  /** From the next round on every process runs this droplet, in new instances. */
  public void renew(Handle db, String app, String droplet) {
    for (AppProcess process : of(db, app)) {
      renewOne(db, process.guid(), droplet);
    }
  }

  /** As {@link #renew} for one process. */
  public void renewOne(Handle db, String guid, String droplet) {
    db.createUpdate(
            """
            update processes set version = :version, droplet_guid = :droplet, updated_at = now()
            where guid = :guid\
            """)
        .bind("version", Ids.uuid())
        .bind("droplet", droplet)
        .bind("guid", guid)
        .execute();
  }

  /** The processes that a droplet offers: missing ones are made, known ones learn their command. */
  public void adopt(Handle db, String app, Map<String, String> processTypes) {
    processTypes.forEach((type, command) -> {
      if (ofType(db, app, type).isEmpty()) {
        create(db, app, type);
      }
    });
    for (AppProcess process : of(db, app)) {
      setDetectedCommand(db, process.guid(), processTypes.get(process.type()));
    }
  }

  /**
   * @param command null when the droplet does not know the type
   */
  public void setDetectedCommand(Handle db, String guid, @Nullable String command) {
    db.createUpdate("update processes set detected_command = :command where guid = :guid")
        .bind("command", command)
        .bind("guid", guid)
        .execute();
  }

  /** The deployment is over: its process is the app's ordinary one now. */
  public void settle(Handle db, String guid) {
    db.createUpdate(
            "update processes set deployment_guid = null, updated_at = now() where guid = :guid")
        .bind("guid", guid)
        .execute();
  }

  public void delete(Handle db, String guid) {
    db.createUpdate("delete from processes where guid = :guid").bind("guid", guid).execute();
  }

  private static int or(@Nullable Integer changed, int before) {
    return changed == null ? before : changed;
  }

  private static AppProcess process(ResultSet row) throws SQLException {
    return new AppProcess(
        row.getString("guid"),
        row.getString("app_guid"),
        row.getString("type"),
        row.getString("version"),
        row.getString("droplet_guid"),
        row.getString("deployment_guid"),
        row.getString("command"),
        row.getString("detected_command"),
        row.getString("username"),
        row.getInt("instances"),
        row.getInt("memory_mb"),
        row.getInt("disk_mb"),
        row.getLong("log_rate_bytes_per_second"),
        new HealthCheck(
            row.getString("health_check_type"),
            row.getString("health_check_endpoint"),
            integer(row, "health_check_timeout"),
            integer(row, "health_check_invocation_timeout"),
            integer(row, "health_check_interval")),
        new HealthCheck(
            row.getString("readiness_type"),
            row.getString("readiness_endpoint"),
            null,
            integer(row, "readiness_invocation_timeout"),
            integer(row, "readiness_interval")),
        Metadata.of(row),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"));
  }

  private static @Nullable Integer integer(ResultSet row, String column) throws SQLException {
    return row.getObject(column, Integer.class);
  }
}
