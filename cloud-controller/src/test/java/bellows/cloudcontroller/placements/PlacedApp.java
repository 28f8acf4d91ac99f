package bellows.cloudcontroller.placements;

import bellows.cmdb.testing.TestDatabase;
import java.util.List;

/** Rows of an app with a route and one placement, {@code p} on {@link #HOST}. */
final class PlacedApp {
  static final String APP = "app";
  static final String HOST = "host-1";

  private PlacedApp() {}

  static void insert(TestDatabase test) {
    execute(
        test,
        "insert into organization_quotas (guid, name) values ('q', 'q')",
        "insert into organizations (guid, name, quota_guid) values ('o', 'o', 'q')",
        "insert into spaces (guid, name, organization_guid) values ('s', 's', 'o')",
        "insert into apps (guid, name, space_guid, stack) values ('app', 'shop', 's', 'debian')",
        "insert into droplets (guid, app_guid, state) values ('d', 'app', 'STAGED')",
        """
        insert into processes (guid, app_guid, type, version, droplet_guid, instances, memory_mb,
                               disk_mb, log_rate_bytes_per_second)
        values ('web', 'app', 'web', 'v1', 'd', 1, 128, 256, -1)
        """,
        "insert into domains (guid, name) values ('dom', 'example.test')",
        "insert into routes (guid, space_guid, domain_guid, host) values ('r', 's', 'dom', 'shop')",
        "insert into route_destinations (guid, route_guid, app_guid) values ('rd', 'r', 'app')",
        """
        insert into placements (id, process_guid, host, address, port)
        values ('p', 'web', 'host-1', '127.0.0.1', 20000)
        """);
  }

  /** Port 1024 leads to it, too. */
  static void addTcpRoute(TestDatabase test) {
    execute(
        test,
        "insert into domains (guid, name, router_group_guid) values ('tcp', 'tcp.test', 'g')",
        """
        insert into routes (guid, space_guid, domain_guid, host, port)
        values ('t', 's', 'tcp', '', 1024)
        """,
        """
        insert into route_destinations (guid, route_guid, app_guid, protocol)
        values ('td', 't', 'app', 'tcp')
        """);
  }

  /**
   * Another app with one placement and so many routes that nothing about it fits into a message.
   */
  static void addGreedy(TestDatabase test) {
    execute(
        test,
        "insert into apps (guid, name, space_guid, stack) values ('a', 'greedy', 's', 'debian')",
        "insert into droplets (guid, app_guid, state) values ('e', 'a', 'STAGED')",
        """
        insert into processes (guid, app_guid, type, version, droplet_guid, instances, memory_mb,
                               disk_mb, log_rate_bytes_per_second)
        values ('greedy', 'a', 'web', 'v1', 'e', 1, 128, 256, -1)
        """,
        """
        insert into routes (guid, space_guid, domain_guid, host, path)
        select 'g' || n, 's', 'dom', repeat('g', 60), '/' || repeat('x', 120) || n
        from generate_series(1, 6000) n
        """,
        """
        insert into route_destinations (guid, route_guid, app_guid)
        select 'g' || n, 'g' || n, 'a' from generate_series(1, 6000) n
        """,
        """
        insert into placements (id, process_guid, host, address, port)
        values ('a', 'greedy', 'host-1', '127.0.0.1', 20001)
        """);
  }

  static void execute(TestDatabase test, String... statements) {
    test.database().useTransaction(db -> List.of(statements).forEach(db::execute));
  }
}
