package bellows.cloudcontroller.seed;

import bellows.base.ids.Ids;
import bellows.cloudcontroller.buildpacks.SystemBuildpacks;
import bellows.cloudcontroller.routergroups.RouterGroup;
import bellows.cmdb.Database;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills a fresh CMDB: a quota, an org {@code main} with a space {@code dev}, the shared domain and
 * the default stack. Each start looks for what everything else needs; the org and space come only
 * once, so that who deletes them has deleted them.
 */
public final class Seed {
  private static final Logger log = LoggerFactory.getLogger(Seed.class);

  /** Any number that no other lock of ours has. */
  private static final long LOCK = 7_310_021;

  /** Sizes as a fresh Cloud Foundry has them (reference/api.md, 4.7), but more memory. */
  private static final int QUOTA_MEMORY_MB = 102_400;

  private static final int QUOTA_ROUTES = 1000;

  /** So that one org does not take all; there are few, and whoever wants more is given more. */
  private static final int QUOTA_RESERVED_PORTS = 10;

  private final Database database;
  private final String sharedDomain;
  private final boolean tcp;
  private final SystemBuildpacks buildpacks;

  /**
   * @param tcp whether there are TCP routes, which need a domain of their own
   */
  public Seed(Database database, String sharedDomain, boolean tcp, SystemBuildpacks buildpacks) {
    this.database = database;
    this.sharedDomain = sharedDomain;
    this.tcp = tcp;
    this.buildpacks = buildpacks;
  }

  /** Several controllers may do this at once. */
  public void run() {
    database.useTransaction(db -> {
      db.createQuery("select pg_advisory_xact_lock(:lock) is null")
          .bind("lock", LOCK)
          .mapTo(Boolean.class)
          .one();
      boolean fresh = quota(db);
      stack(db);
      domain(db);
      if (tcp) {
        tcpDomain(db);
      }
      if (fresh) {
        organization(db);
      }
    });
    buildpacks.install();
  }

  /** True when there was no default quota, as in a CMDB that was never used. */
  private static boolean quota(Handle db) {
    return db.createUpdate(
                """
                insert into organization_quotas (guid, name, total_memory_mb, total_routes,
                  total_reserved_ports)
                values (:guid, 'default', :memory, :routes, :ports) on conflict (name) do nothing\
                """)
            .bind("guid", Ids.uuid())
            .bind("memory", QUOTA_MEMORY_MB)
            .bind("routes", QUOTA_ROUTES)
            .bind("ports", QUOTA_RESERVED_PORTS)
            .execute()
        > 0;
  }

  private static void stack(Handle db) {
    db.createUpdate(
            """
            insert into stacks (guid, name, description, is_default)
            values (:guid, 'debian', 'The host''s own /usr, read-only', true)
            on conflict (name) do nothing\
            """)
        .bind("guid", Ids.uuid())
        .execute();
  }

  private void domain(Handle db) {
    db.createUpdate(
            "insert into domains (guid, name) values (:guid, :name) on conflict (name) do nothing")
        .bind("guid", Ids.uuid())
        .bind("name", sharedDomain)
        .execute();
  }

  /** Any other one for TCP routes will do, too. */
  private void tcpDomain(Handle db) {
    db.createUpdate(
            """
            insert into domains (guid, name, router_group_guid)
            select :guid, :name, :group
            where not exists (select 1 from domains where router_group_guid is not null)
            on conflict (name) do nothing\
            """)
        .bind("guid", Ids.uuid())
        .bind("name", "tcp." + sharedDomain)
        .bind("group", RouterGroup.GUID)
        .execute();
  }

  private static void organization(Handle db) {
    String organization = Ids.uuid();
    db.createUpdate(
            """
            insert into organizations (guid, name, quota_guid)
            select :guid, 'main', guid from organization_quotas where name = 'default'
            on conflict do nothing\
            """)
        .bind("guid", organization)
        .execute();
    db.createUpdate(
            """
            insert into spaces (guid, name, organization_guid)
            select :guid, 'dev', guid from organizations where guid = :organization\
            """)
        .bind("guid", Ids.uuid())
        .bind("organization", organization)
        .execute();
    log.atInfo().log("platform.seeded");
  }
}
