package bellows.cloudcontroller.routes;

import bellows.base.ids.Ids;
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
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** The SQL of routes and destinations. */
final class RouteStore {
  private static final ResourceTable<AppRoute> ROUTES =
      new ResourceTable<>(
          "routes",
          "r",
          "select r.*, d.name as domain_name",
          "from routes r join domains d on d.guid = r.domain_guid",
          RouteStore::route);

  Page<AppRoute> list(Handle db, Caller caller, ListQuery query) {
    Where where = filtered(query).visibleSpaces(caller, "r.space_guid");
    return withDestinations(db, ROUTES.page(db, where));
  }

  /** Whoever sees the app sees its routes. */
  Page<AppRoute> listOfApp(Handle db, String appGuid, ListQuery query) {
    Where where =
        filtered(query)
            .and(
                """
                exists (select 1 from route_destinations a
                  where a.route_guid = r.guid and a.app_guid = :%s)\
                """,
                appGuid);
    return withDestinations(db, ROUTES.page(db, where));
  }

  private static Where filtered(ListQuery query) {
    Where where =
        Where.of(query, "r")
            .in("lower(r.host)", query.values("hosts").map(RouteStore::lower))
            .in("r.path", query.values("paths"))
            .in("r.domain_guid", query.values("domain_guids"))
            .in("r.space_guid", query.values("space_guids"));
    query
        .values("organization_guids")
        .ifPresent(guids ->
            where.and(
                "r.space_guid in (select guid from spaces where organization_guid = any(:%s))",
                guids.toArray(String[]::new)));
    query
        .values("app_guids")
        .ifPresent(guids ->
            where.and(
                """
                exists (select 1 from route_destinations a
                  where a.route_guid = r.guid and a.app_guid = any(:%s))\
                """,
                guids.toArray(String[]::new)));
    query
        .values("service_instance_guids")
        .ifPresent(guids ->
            where.and(
                """
                exists (select 1 from service_route_bindings b
                  where b.route_guid = r.guid and b.instance_guid = any(:%s))\
                """,
                guids.toArray(String[]::new)));
    return where.in("coalesce(cast(r.port as text), '')", query.values("ports"));
  }

  private static List<String> lower(List<String> hosts) {
    return hosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
  }

  Optional<AppRoute> find(Handle db, String guid) {
    return withDestinations(db, ROUTES.find(db, guid));
  }

  List<AppRoute> findAll(Handle db, Collection<String> guids) {
    return withDestinations(db, ROUTES.findAll(db, guids, "r.created_at, r.guid"));
  }

  /** Held until the transaction ends, so that two changes of the destinations come in turn. */
  Optional<AppRoute> findForUpdate(Handle db, String guid) {
    return withDestinations(db, ROUTES.findForUpdate(db, guid));
  }

  Optional<AppRoute> findAt(Handle db, RouteAddress address) {
    return withDestinations(
        db,
        ROUTES
            .query(
                db,
                """
                where r.domain_guid = :domain and lower(r.host) = :host
                  and lower(r.path) = lower(:path) and coalesce(r.port, 0) = :port\
                """)
            .bind("domain", address.domain().guid())
            .bind("host", address.host())
            .bind("path", address.path())
            .bind("port", Objects.requireNonNullElse(address.port(), 0))
            .map(RouteStore::route)
            .findOne());
  }

  /** Whether a route under another domain is reached by the same name and path. */
  boolean collides(Handle db, RouteAddress address) {
    return db.createQuery(
            """
            select exists (
              select 1 from routes r join domains d on d.guid = r.domain_guid
              where d.guid <> :domain and d.name = any(:names) and lower(r.path) = lower(:path)
                and r.port is null
                and lower(case when r.host = '' then d.name else r.host || '.' || d.name end)
                  = :fqdn)\
            """)
        .bind("domain", address.domain().guid())
        .bind("names", namesAbove(address.fqdn()).toArray(String[]::new))
        .bind("path", address.path())
        .bind("fqdn", address.fqdn())
        .mapTo(Boolean.class)
        .one();
  }

  /** The name itself and the one without its first label: hosts have one label. */
  private static List<String> namesAbove(String fqdn) {
    return List.of(fqdn, fqdn.substring(fqdn.indexOf('.') + 1));
  }

  List<AppRoute> ofApp(Handle db, String appGuid) {
    return withDestinations(
        db,
        ROUTES
            .query(
                db,
                """
                where exists (select 1 from route_destinations a
                  where a.route_guid = r.guid and a.app_guid = :app)
                order by r.created_at, r.guid\
                """)
            .bind("app", appGuid)
            .map(RouteStore::route)
            .list());
  }

  void insert(
      Handle db,
      String guid,
      String spaceGuid,
      RouteAddress address,
      @Nullable String options,
      Metadata metadata) {
    db.createUpdate(
            """
            insert into routes (guid, space_guid, domain_guid, host, path, port, options, labels,
              annotations)
            values (:guid, :space, :domain, :host, :path, :port, cast(:options as jsonb),
              cast(:labels as jsonb), cast(:annotations as jsonb))\
            """)
        .bind("guid", guid)
        .bind("space", spaceGuid)
        .bind("domain", address.domain().guid())
        .bind("host", address.host())
        .bind("path", address.path())
        .bind("port", address.port())
        .bind("options", options)
        .bindMap(metadata.columns())
        .execute();
  }

  void update(Handle db, String guid, @Nullable String options, Metadata metadata) {
    db.createUpdate(
            """
            update routes set options = cast(:options as jsonb), labels = cast(:labels as jsonb),
              annotations = cast(:annotations as jsonb), updated_at = now()
            where guid = :guid\
            """)
        .bind("guid", guid)
        .bind("options", options)
        .bindMap(metadata.columns())
        .execute();
  }

  void delete(Handle db, String guid) {
    ROUTES.delete(db, guid);
  }

  List<String> guidsUnder(Handle db, String domainGuid) {
    return guids(db, "select guid from routes where domain_guid = :of order by guid", domainGuid);
  }

  List<String> unmappedIn(Handle db, String spaceGuid) {
    return guids(
        db,
        """
        select guid from routes r where space_guid = :of
          and not exists (select 1 from route_destinations where route_guid = r.guid)
        order by guid\
        """,
        spaceGuid);
  }

  private static List<String> guids(Handle db, String sql, String of) {
    return db.createQuery(sql).bind("of", of).mapTo(String.class).list();
  }

  /**
   * The limit of the org that owns the space, and what it has; its row is locked so that two
   * creations count in turn.
   */
  boolean quotaExhausted(Handle db, String spaceGuid) {
    db.createQuery(
            """
            select o.guid from organizations o join spaces s on s.organization_guid = o.guid
            where s.guid = :space for no key update of o\
            """)
        .bind("space", spaceGuid)
        .mapTo(String.class)
        .findOne();
    return db.createQuery(
            """
            select coalesce((
              select (select count(*) from routes r join spaces rs on rs.guid = r.space_guid
                where rs.organization_guid = o.guid) >= q.total_routes
              from spaces s join organizations o on o.guid = s.organization_guid
                join organization_quotas q on q.guid = o.quota_guid
              where s.guid = :space), false)\
            """)
        .bind("space", spaceGuid)
        .mapTo(Boolean.class)
        .one();
  }

  /** The apps that any of the routes leads to. */
  List<String> appsBehind(Handle db, Collection<String> guids) {
    return db.createQuery(
            """
            select distinct app_guid from route_destinations where route_guid = any(:routes)
            order by app_guid\
            """)
        .bind("routes", guids.toArray(String[]::new))
        .mapTo(String.class)
        .list();
  }

  /** Those of the apps that live in the space. */
  List<String> appsIn(Handle db, String spaceGuid, Collection<String> appGuids) {
    return db.createQuery(
            "select guid from apps where space_guid = :space and guid = any(:apps) for share")
        .bind("space", spaceGuid)
        .bind("apps", appGuids.toArray(String[]::new))
        .mapTo(String.class)
        .list();
  }

  /** False when the route led there already. */
  boolean addDestination(
      Handle db, String routeGuid, String appGuid, String processType, String protocol) {
    return db.createUpdate(
                """
                insert into route_destinations (guid, route_guid, app_guid, process_type, protocol,
                  created_at, updated_at)
                values (:guid, :route, :app, :type, :protocol, clock_timestamp(),
                  clock_timestamp())
                on conflict do nothing\
                """)
            .bind("guid", Ids.uuid())
            .bind("route", routeGuid)
            .bind("app", appGuid)
            .bind("type", processType)
            .bind("protocol", protocol)
            .execute()
        > 0;
  }

  void setProtocol(Handle db, String destinationGuid, String protocol) {
    db.createUpdate(
            """
            update route_destinations set protocol = :protocol, updated_at = now()
            where guid = :guid\
            """)
        .bind("guid", destinationGuid)
        .bind("protocol", protocol)
        .execute();
  }

  void deleteDestination(Handle db, String guid) {
    db.createUpdate("delete from route_destinations where guid = :guid")
        .bind("guid", guid)
        .execute();
  }

  private Page<AppRoute> withDestinations(Handle db, Page<AppRoute> page) {
    return new Page<>(withDestinations(db, page.items()), page.total());
  }

  private Optional<AppRoute> withDestinations(Handle db, Optional<AppRoute> route) {
    return route.map(found -> withDestinations(db, List.of(found)).getFirst());
  }

  private static List<AppRoute> withDestinations(Handle db, List<AppRoute> routes) {
    if (routes.isEmpty()) {
      return routes;
    }
    Map<String, List<Destination>> byRoute =
        db
            .createQuery(
                """
                select * from route_destinations where route_guid = any(:routes)
                order by created_at, guid\
                """)
            .bind("routes", routes.stream().map(AppRoute::guid).toArray(String[]::new))
            .map(RouteStore::destination)
            .stream()
            .collect(Collectors.groupingBy(Destination::routeGuid));
    return routes.stream().map(r -> with(r, byRoute.getOrDefault(r.guid(), List.of()))).toList();
  }

  private static AppRoute with(AppRoute r, List<Destination> destinations) {
    return new AppRoute(
        r.guid(),
        r.createdAt(),
        r.updatedAt(),
        r.spaceGuid(),
        r.domainGuid(),
        r.domainName(),
        r.host(),
        r.path(),
        r.port(),
        r.options(),
        destinations,
        r.metadata());
  }

  private static Destination destination(ResultSet row, StatementContext context)
      throws SQLException {
    String protocol = row.getString("protocol");
    return new Destination(
        row.getString("guid"),
        row.getString("route_guid"),
        row.getString("app_guid"),
        row.getString("process_type"),
        protocol == null ? "http1" : protocol,
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"));
  }

  private static AppRoute route(ResultSet row, StatementContext context) throws SQLException {
    return new AppRoute(
        row.getString("guid"),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"),
        row.getString("space_guid"),
        row.getString("domain_guid"),
        row.getString("domain_name"),
        row.getString("host"),
        row.getString("path"),
        row.getObject("port", Integer.class),
        row.getString("options"),
        List.of(),
        Metadata.of(row));
  }
}
