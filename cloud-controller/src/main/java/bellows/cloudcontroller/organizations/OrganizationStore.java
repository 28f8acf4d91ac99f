package bellows.cloudcontroller.organizations;

import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.ResourceTable;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.api.Where;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** The SQL of orgs. */
public final class OrganizationStore {
  private static final ResourceTable<Organization> ORGANIZATIONS =
      ResourceTable.of("organizations", "o", OrganizationStore::organization);

  Page<Organization> list(Handle db, Caller caller, ListQuery query) {
    Where where =
        Where.of(query, "o")
            .in("o.name", query.values("names"))
            .visibleOrganizations(caller, "o.guid");
    // No org is entitled to a segment of its own.
    if (query.values("isolation_segment_guid").isPresent()) {
      where.and("false");
    }
    return ORGANIZATIONS.page(db, where);
  }

  public Optional<Organization> find(Handle db, String guid) {
    return ORGANIZATIONS.find(db, guid);
  }

  Optional<Organization> findForUpdate(Handle db, String guid) {
    return ORGANIZATIONS.findForUpdate(db, guid);
  }

  /** Those of the guids that exist, by name. */
  public List<Organization> findAll(Handle db, Collection<String> guids) {
    return ORGANIZATIONS.findAll(db, guids, "o.name");
  }

  void insert(
      Handle db, String guid, String name, boolean suspended, String quotaName, Metadata metadata) {
    db.createUpdate(
            """
            insert into organizations (guid, name, suspended, quota_guid, labels, annotations)
            values (:guid, :name, :suspended,
              (select guid from organization_quotas where name = :quota),
              cast(:labels as jsonb), cast(:annotations as jsonb))\
            """)
        .bind("guid", guid)
        .bind("name", name)
        .bind("suspended", suspended)
        .bind("quota", quotaName)
        .bindMap(metadata.columns())
        .execute();
  }

  void update(Handle db, String guid, String name, boolean suspended, Metadata metadata) {
    db.createUpdate(
            """
            update organizations
            set name = :name, suspended = :suspended, labels = cast(:labels as jsonb),
              annotations = cast(:annotations as jsonb), updated_at = now()
            where guid = :guid\
            """)
        .bind("guid", guid)
        .bind("name", name)
        .bind("suspended", suspended)
        .bindMap(metadata.columns())
        .execute();
  }

  void delete(Handle db, String guid) {
    ORGANIZATIONS.delete(db, guid);
  }

  UsageSummary usage(Handle db, String guid) {
    return db.createQuery(
            """
            select
              (select coalesce(sum(p.instances), 0) from processes p join apps a on a.guid = p.app_guid
                 join spaces s on s.guid = a.space_guid
                 where s.organization_guid = :guid and a.desired_state = 'STARTED') as instances,
              (select coalesce(sum(p.instances * p.memory_mb), 0) from processes p
                 join apps a on a.guid = p.app_guid join spaces s on s.guid = a.space_guid
                 where s.organization_guid = :guid and a.desired_state = 'STARTED') as memory,
              (select count(*) from routes r join spaces s on s.guid = r.space_guid
                 where s.organization_guid = :guid) as routes,
              (select count(r.port) from routes r join spaces s on s.guid = r.space_guid
                 where s.organization_guid = :guid) as ports,
              (select count(*) from domains where organization_guid = :guid) as domains,
              (select count(*) from tasks t join apps a on a.guid = t.app_guid
                 join spaces s on s.guid = a.space_guid
                 where s.organization_guid = :guid and t.state in ('PENDING', 'RUNNING')) as tasks\
            """)
        .bind("guid", guid)
        .map((row, _) ->
            new UsageSummary(
                row.getLong("instances"),
                row.getLong("memory"),
                row.getLong("routes"),
                row.getLong("ports"),
                row.getLong("domains"),
                row.getLong("tasks")))
        .one();
  }

  /** What an org uses of its quota. */
  record UsageSummary(
      long instances, long memoryMb, long routes, long reservedPorts, long domains, long tasks) {}

  private static Organization organization(ResultSet row, StatementContext context)
      throws SQLException {
    return new Organization(
        row.getString("guid"),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"),
        row.getString("name"),
        row.getBoolean("suspended"),
        row.getString("quota_guid"),
        Metadata.of(row));
  }
}
