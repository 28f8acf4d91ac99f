package bellows.cloudcontroller.routes;

import bellows.cloudcontroller.routergroups.RouterGroup;
import bellows.contracts.routing.PortRange;
import bellows.http.CfError;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Gives TCP routes their ports: one of the router group leads to one route, whatever its domain.
 */
final class TcpPorts {
  /** Any number that no other lock of ours has. */
  private static final long LOCK = 7_310_022;

  private final @Nullable RouterGroup group;

  /**
   * @param group null when there are no TCP routes
   */
  TcpPorts(@Nullable RouterGroup group) {
    this.group = group;
  }

  /**
   * The address with a port, the one that it names or any that is free. Nobody else takes it until
   * the transaction ends.
   *
   * @throws CfError 422 when there is none, or the org may have no more
   */
  RouteAddress reserve(Handle db, String spaceGuid, RouteAddress address) {
    if (group == null) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Route could not be created because the specified domain does not have a valid router"
              + " group.");
    }
    db.createQuery("select pg_advisory_xact_lock(:lock) is null")
        .bind("lock", LOCK)
        .mapTo(Boolean.class)
        .one();
    requireQuota(db, spaceGuid);
    Integer port = address.port();
    if (port == null) {
      return address.at(free(db, group.ports()));
    }
    Optional<String> domain = domainWith(db, port);
    if (domain.filter(address.domain().guid()::equals).isPresent()) {
      throw address.taken();
    }
    if (domain.isPresent() || !group.ports().contains(port)) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Port '%s' is not available. Try a different port or use a different domain.", port);
    }
    return address;
  }

  private static void requireQuota(Handle db, String spaceGuid) {
    db.createQuery(
            """
            select o.name from spaces s join organizations o on o.guid = s.organization_guid
              join organization_quotas q on q.guid = o.quota_guid
            where s.guid = :space and q.total_reserved_ports <= (
              select count(*) from routes r join spaces rs on rs.guid = r.space_guid
              where rs.organization_guid = o.guid and r.port is not null)\
            """)
        .bind("space", spaceGuid)
        .mapTo(String.class)
        .findOne()
        .ifPresent(organization -> {
          throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
              "Reserved route ports quota exceeded for organization '%s'.", organization);
        });
  }

  private static Optional<String> domainWith(Handle db, int port) {
    return db.createQuery("select domain_guid from routes where port = :port")
        .bind("port", port)
        .mapTo(String.class)
        .findOne();
  }

  /** Any of them, so that who has just given one up is not found under the same one at once. */
  private static int free(Handle db, PortRange ports) {
    return db.createQuery(
            """
            select free from generate_series(:first, :last) free
            where not exists (select 1 from routes where port = free)
            order by random() limit 1\
            """)
        .bind("first", ports.first())
        .bind("last", ports.last())
        .mapTo(Integer.class)
        .findOne()
        .orElseThrow(() ->
            CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "There are no more ports available for this domain."));
  }
}
