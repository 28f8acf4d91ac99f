package bellows.cloudcontroller.domains;

import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
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
import org.jspecify.annotations.Nullable;

/** The SQL of domains. */
public final class DomainStore {
  private static final String SELECT =
      """
      select d.*, (select coalesce(array_agg(ds.organization_guid order by ds.organization_guid),
        '{}') from domain_shares ds where ds.domain_guid = d.guid) as shared_with\
      """;

  private static final ResourceTable<Domain> DOMAINS =
      new ResourceTable<>("domains", "d", SELECT, "from domains d", DomainStore::domain);

  private static final String VISIBLE =
      """
      d.organization_guid is null or %s or exists (select 1 from domain_shares vd
        where vd.domain_guid = d.guid and %s)\
      """
          .formatted(
              Permissions.visibleOrganization("d.organization_guid"),
              Permissions.visibleOrganization("vd.organization_guid"));

  private static final String USABLE =
      """
      d.organization_guid is null or d.organization_guid = %1$s or exists (
        select 1 from domain_shares ud
        where ud.domain_guid = d.guid and ud.organization_guid = %1$s)\
      """;

  Page<Domain> list(Handle db, Caller caller, ListQuery query) {
    Where where = Where.of(query, "d").in("d.name", query.values("names"));
    where.in("d.organization_guid", query.values("organization_guids"));
    if (!caller.readsEverything()) {
      where.and(VISIBLE).bind("caller", caller.guid());
    }
    return DOMAINS.page(db, where);
  }

  Page<Domain> listUsable(Handle db, String organizationGuid, ListQuery query) {
    return DOMAINS.page(
        db,
        Where.of(query, "d")
            .in("d.name", query.values("names"))
            .in("d.organization_guid", query.values("organization_guids"))
            .and(USABLE.formatted(":organization"))
            .bind("organization", organizationGuid));
  }

  public Optional<Domain> find(Handle db, String guid) {
    return DOMAINS.find(db, guid);
  }

  Optional<Domain> findVisible(Handle db, Caller caller, String guid) {
    String visible = caller.readsEverything() ? ":caller is not null" : VISIBLE;
    return DOMAINS
        .query(db, "where d.guid = :guid and (" + visible + ")")
        .bind("guid", guid)
        .bind("caller", caller.guid())
        .map(DomainStore::domain)
        .findOne();
  }

  /** Those of the names that are domains, the longest first. */
  public List<Domain> findNamed(Handle db, Collection<String> names) {
    return DOMAINS
        .query(db, "where d.name = any(:names) order by length(d.name) desc")
        .bind("names", names.toArray(String[]::new))
        .map(DomainStore::domain)
        .list();
  }

  public List<Domain> findAll(Handle db, Collection<String> guids) {
    return DOMAINS.findAll(db, guids, "d.name");
  }

  /** The domain of routes for which nobody named one: the oldest shared one, else the org's own. */
  public Optional<Domain> findDefault(Handle db, String organizationGuid) {
    return DOMAINS
        .query(
            db,
            "where not d.internal and d.router_group_guid is null and ("
                + USABLE.formatted(":organization")
                + ") order by d.organization_guid is not null, d.created_at, d.name limit 1")
        .bind("organization", organizationGuid)
        .map(DomainStore::domain)
        .findOne();
  }

  /** Domains of others that lie above or below the name, so that their routes could collide. */
  List<String> overlapping(Handle db, String name, @Nullable String organizationGuid) {
    return db.createQuery(
            """
            select d.name from domains d
            where (right(:name, length(d.name) + 1) = '.' || d.name
                or right(d.name, length(:name) + 1) = '.' || :name)
              and d.organization_guid is distinct from :organization
            order by d.name\
            """)
        .bind("name", name)
        .bind("organization", organizationGuid)
        .mapTo(String.class)
        .list();
  }

  public void insert(
      Handle db,
      String guid,
      String name,
      boolean internal,
      @Nullable String organizationGuid,
      @Nullable String routerGroup,
      Metadata metadata) {
    db.createUpdate(
            """
            insert into domains (guid, name, internal, organization_guid, router_group_guid, labels,
              annotations)
            values (:guid, :name, :internal, :organization, :routerGroup, cast(:labels as jsonb),
              cast(:annotations as jsonb))\
            """)
        .bind("guid", guid)
        .bind("name", name)
        .bind("internal", internal)
        .bind("organization", organizationGuid)
        .bind("routerGroup", routerGroup)
        .bindMap(metadata.columns())
        .execute();
  }

  void setMetadata(Handle db, String guid, Metadata metadata) {
    DOMAINS.setMetadata(db, guid, metadata);
  }

  void share(Handle db, String guid, Collection<String> organizationGuids) {
    db.createUpdate(
            """
            insert into domain_shares (domain_guid, organization_guid)
            select :guid, o from unnest(:organizations) o on conflict do nothing\
            """)
        .bind("guid", guid)
        .bind("organizations", organizationGuids.toArray(String[]::new))
        .execute();
  }

  boolean unshare(Handle db, String guid, String organizationGuid) {
    return db.createUpdate(
                """
                delete from domain_shares
                where domain_guid = :guid and organization_guid = :organization\
                """)
            .bind("guid", guid)
            .bind("organization", organizationGuid)
            .execute()
        > 0;
  }

  void delete(Handle db, String guid) {
    DOMAINS.delete(db, guid);
  }

  private static Domain domain(ResultSet row, StatementContext context) throws SQLException {
    return new Domain(
        row.getString("guid"),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"),
        row.getString("name"),
        row.getBoolean("internal"),
        row.getString("organization_guid"),
        row.getString("router_group_guid"),
        List.of((String[]) row.getArray("shared_with").getArray()),
        Metadata.of(row));
  }
}
