package bellows.cloudcontroller.apps;

import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.api.Where;
import bellows.cmdb.Database;
import bellows.http.CfError;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** The rows of apps. */
public final class AppStore {
  static final ListSpec LIST =
      ListSpec.of("names", "organization_guids", "space_guids", "stacks", "lifecycle_type")
          .ordered("name")
          .ordered("state", "desired_state")
          .labelled()
          .including("space", "space.organization");

  private static final String SELECT =
      "select a.guid, a.name, a.space_guid, s.organization_guid, a.desired_state, a.buildpacks,"
          + " a.stack, a.droplet_guid, a.ssh_enabled, a.revisions_enabled, a.deleting, a.labels,"
          + " a.annotations, a.created_at, a.updated_at";
  private static final String FROM = "from apps a join spaces s on s.guid = a.space_guid";

  public Optional<App> find(Handle db, String guid) {
    return db.createQuery(SELECT + " " + FROM + " where a.guid = :guid")
        .bind("guid", guid)
        .map((row, _) -> app(row))
        .findOne();
  }

  /** As {@link #find}; nobody else changes the app until the transaction ends. */
  public Optional<App> findForUpdate(Handle db, String guid) {
    return db.createQuery(SELECT + " " + FROM + " where a.guid = :guid for update of a")
        .bind("guid", guid)
        .map((row, _) -> app(row))
        .findOne();
  }

  public Optional<App> byName(Handle db, String space, String name) {
    return db.createQuery(
            SELECT + " " + FROM + " where a.space_guid = :space and lower(a.name) = lower(:name)")
        .bind("space", space)
        .bind("name", name)
        .map((row, _) -> app(row))
        .findOne();
  }

  Page<App> page(Handle db, ListQuery query, Caller caller) {
    Where where =
        Where.of(query, "a")
            .in("a.name", query.values("names"))
            .in("a.space_guid", query.values("space_guids"))
            .in("s.organization_guid", query.values("organization_guids"))
            .in("a.stack", query.values("stacks"))
            .visibleSpaces(caller, "a.space_guid");
    query
        .values("lifecycle_type")
        .filter(types -> !types.contains("buildpack"))
        .ifPresent(_ -> where.and("false"));
    return where.page(db, SELECT, FROM, (row, _) -> app(row));
  }

  /**
   * @throws CfError 422 when the space has an app of this name
   */
  public void insert(
      Handle db,
      String guid,
      String name,
      String space,
      List<String> buildpacks,
      String stack,
      byte[] sealedEnvironment,
      Metadata metadata) {
    unlessNameTaken(
        name,
        db.createUpdate(
                """
                insert into apps (guid, name, space_guid, buildpacks, stack,
                                  environment_secret, labels, annotations)
                values (:guid, :name, :space, :buildpacks, :stack, :environment,
                        cast(:labels as jsonb), cast(:annotations as jsonb))\
                """)
            .bind("guid", guid)
            .bind("name", name)
            .bind("space", space)
            .bind("buildpacks", buildpacks.toArray(String[]::new))
            .bind("stack", stack)
            .bind("environment", sealedEnvironment)
            .bindMap(metadata.columns()));
  }

  /**
   * @throws CfError 422 when the space has another app of this name
   */
  public void update(
      Handle db,
      String guid,
      String name,
      List<String> buildpacks,
      String stack,
      Metadata metadata) {
    unlessNameTaken(
        name,
        db.createUpdate(
                """
                update apps
                set name = :name, buildpacks = :buildpacks, stack = :stack,
                    labels = cast(:labels as jsonb),
                    annotations = cast(:annotations as jsonb), updated_at = now()
                where guid = :guid\
                """)
            .bind("guid", guid)
            .bind("name", name)
            .bind("buildpacks", buildpacks.toArray(String[]::new))
            .bind("stack", stack)
            .bindMap(metadata.columns()));
  }

  void setStarted(Handle db, String guid, boolean started) {
    db.createUpdate("update apps set desired_state = :state, updated_at = now() where guid = :guid")
        .bind("state", started ? "STARTED" : "STOPPED")
        .bind("guid", guid)
        .execute();
  }

  public void setDroplet(Handle db, String guid, @Nullable String droplet) {
    db.createUpdate(
            "update apps set droplet_guid = :droplet, updated_at = now() where guid = :guid")
        .bind("droplet", droplet)
        .bind("guid", guid)
        .execute();
  }

  /** See {@link bellows.cloudcontroller.environment.EnvironmentSeal}; null when never set. */
  public byte @Nullable [] sealedEnvironment(Handle db, String guid) {
    return db.createQuery("select environment_secret from apps where guid = :guid")
        .bind("guid", guid)
        .map((row, _) -> Optional.ofNullable(row.getBytes("environment_secret")))
        .findOne()
        .flatMap(sealed -> sealed)
        .orElse(null);
  }

  public void setSealedEnvironment(Handle db, String guid, byte[] sealed) {
    db.createUpdate(
            "update apps set environment_secret = :sealed, updated_at = now() where guid = :guid")
        .bind("sealed", sealed)
        .bind("guid", guid)
        .execute();
  }

  public void setFeatures(Handle db, String guid, boolean ssh, boolean revisions) {
    db.createUpdate(
            """
            update apps set ssh_enabled = :ssh, revisions_enabled = :revisions, updated_at = now()
            where guid = :guid\
            """)
        .bind("ssh", ssh)
        .bind("revisions", revisions)
        .bind("guid", guid)
        .execute();
  }

  /** From now on it runs nothing and cannot be started. */
  void markDeleting(Handle db, String guid) {
    db.createUpdate(
            """
            update apps set deleting = true, desired_state = 'STOPPED', updated_at = now()
            where guid = :guid\
            """)
        .bind("guid", guid)
        .execute();
  }

  /** With all that belongs to it: processes, placements, packages, builds, droplets, mappings. */
  void delete(Handle db, String guid) {
    db.createUpdate("delete from apps where guid = :guid").bind("guid", guid).execute();
  }

  /** The name of the default stack, for apps that name none. */
  public String defaultStack(Handle db) {
    return db.createQuery("select name from stacks order by is_default desc, name limit 1")
        .mapTo(String.class)
        .findOne()
        .orElseThrow(() -> CfError.Kind.UNPROCESSABLE_ENTITY.because("There is no stack"));
  }

  public boolean stackExists(Handle db, String name) {
    return db.createQuery("select 1 from stacks where name = :name")
        .bind("name", name)
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  /** Names of buildpacks among these that no administrator has installed. */
  public List<String> unknownBuildpacks(Handle db, List<String> names) {
    List<String> known =
        db.createQuery("select name from buildpacks where name = any(:names)")
            .bind("names", names.toArray(String[]::new))
            .mapTo(String.class)
            .list();
    return names.stream().filter(name -> !known.contains(name)).toList();
  }

  private static void unlessNameTaken(String name, Update statement) {
    try {
      statement.execute();
    } catch (UnableToExecuteStatementException e) {
      if (Database.uniqueViolation(e).filter("apps_name"::equals).isPresent()) {
        throw CfError.Kind.UNIQUENESS_ERROR.because("App with the name '%s' already exists.", name);
      }
      throw e;
    }
  }

  private static App app(ResultSet row) throws SQLException {
    return new App(
        row.getString("guid"),
        row.getString("name"),
        row.getString("space_guid"),
        row.getString("organization_guid"),
        row.getString("desired_state").equals("STARTED"),
        List.of((String[]) row.getArray("buildpacks").getArray()),
        row.getString("stack"),
        row.getString("droplet_guid"),
        row.getBoolean("ssh_enabled"),
        row.getBoolean("revisions_enabled"),
        row.getBoolean("deleting"),
        Metadata.of(row),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"));
  }
}
