package bellows.cloudcontroller.routes;

import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.Included;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.Taken;
import bellows.cloudcontroller.domains.Domain;
import bellows.cloudcontroller.domains.DomainStore;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.jobs.JobOrder;
import bellows.cloudcontroller.jobs.JobWork;
import bellows.cloudcontroller.jobs.Jobs;
import bellows.cloudcontroller.organizations.Organization;
import bellows.cloudcontroller.organizations.OrganizationStore;
import bellows.cloudcontroller.spaces.Space;
import bellows.cloudcontroller.spaces.SpaceIncludes;
import bellows.cloudcontroller.spaces.SpaceStore;
import bellows.cmdb.Database;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code /v3/routes}, those of an app, and the unmapped ones of a space. */
public final class Routes implements Feature {
  private static final String DELETE = "route.delete";
  private static final String DELETE_UNMAPPED = "space.delete_unmapped_routes";
  private static final String KIND = "Route";
  private static final String[] INCLUDES = {"domain", "space", "space.organization"};
  private static final ListSpec LIST =
      ListSpec.of(
              "hosts",
              "paths",
              "ports",
              "domain_guids",
              "space_guids",
              "organization_guids",
              "app_guids",
              "service_instance_guids")
          .labelled()
          .including(INCLUDES);
  private static final ListSpec RESERVATION = ListSpec.of("host", "path", "port");
  private static final ListSpec BULK = ListSpec.of("unmapped");

  private final Endpoints endpoints;
  private final Jobs jobs;
  private final Database database;
  private final RouteRegistry registry;
  private final RouteStore store = new RouteStore();
  private final DomainStore domains = new DomainStore();
  private final SpaceStore spaces = new SpaceStore();
  private final SpaceIncludes spaceIncludes = new SpaceIncludes();
  private final OrganizationStore organizations = new OrganizationStore();

  public Routes(Endpoints endpoints, Jobs jobs, Database database, RouteRegistry registry) {
    this.endpoints = endpoints;
    this.jobs = jobs;
    this.database = database;
    this.registry = registry;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/routes", this::list),
        endpoints.post("/v3/routes", this::create),
        endpoints.get("/v3/routes/:guid", this::show),
        endpoints.patch("/v3/routes/:guid", this::update),
        endpoints.delete("/v3/routes/:guid", this::delete),
        endpoints.get("/v3/apps/:guid/routes", this::listOfApp),
        endpoints.get("/v3/domains/:guid/route_reservations", this::reservation),
        endpoints.delete("/v3/spaces/:guid/routes", this::deleteUnmapped));
  }

  @Override
  public Map<String, JobWork> jobs() {
    return Map.of(
        DELETE,
        JobWork.inTransaction(database, registry::delete),
        DELETE_UNMAPPED,
        JobWork.inTransaction(
            database,
            (db, space) -> store.unmappedIn(db, space).forEach(guid -> registry.delete(db, guid))));
  }

  private Reply list(Call call) {
    ListQuery query = call.list(LIST);
    return call.inTransaction(db -> page(db, call, query, store.list(db, call.caller(), query)));
  }

  private Reply listOfApp(Call call) {
    ListQuery query = call.list(LIST);
    return call.inTransaction(db -> {
      String space =
          db.createQuery("select space_guid from apps where guid = :guid")
              .bind("guid", call.guid())
              .mapTo(String.class)
              .findOne()
              .orElseThrow(() -> Permissions.notFound("App"));
      Permissions.requireReadableSpace(db, call.caller(), space, "App");
      return page(db, call, query, store.listOfApp(db, call.guid(), query));
    });
  }

  private Reply page(Handle db, Call call, ListQuery query, Page<AppRoute> page) {
    return call.page(
        query,
        page,
        route -> route.body(call.links()),
        included(db, call, query.include(), page.items()));
  }

  private List<Included> included(
      Handle db, Call call, Collection<String> include, List<AppRoute> routes) {
    List<Included> included =
        new ArrayList<>(
            spaceIncludes.of(db, call, include, routes.stream().map(AppRoute::spaceGuid).toList()));
    if (include.contains("domain")) {
      List<Domain> under = domains.findAll(db, routes.stream().map(AppRoute::domainGuid).toList());
      included.add(Included.of("domains", under, domain -> domain.body(call.links())));
    }
    return included;
  }

  private Reply show(Call call) {
    return call.inTransaction(db -> {
      AppRoute route = readable(db, call);
      return route
          .body(call.links())
          .reply(200, included(db, call, call.include(INCLUDES), List.of(route)));
    });
  }

  private AppRoute readable(Handle db, Call call) {
    AppRoute route = store.find(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
    Permissions.requireReadableSpace(db, call.caller(), route.spaceGuid(), KIND);
    return route;
  }

  private AppRoute writable(Handle db, Call call) {
    AppRoute route = readable(db, call);
    Permissions.requireSupporter(db, call.caller(), route.spaceGuid(), KIND);
    return route;
  }

  private Reply create(Call call) {
    Fields fields = call.fields();
    String host = fields.text("host", 1000).orElse("").toLowerCase(Locale.ROOT);
    String path = fields.text("path", 1000).orElse("");
    @Nullable Integer port = fields.integer("port", 1, 65_535).orElse(null);
    Map<String, @Nullable String> options = RouteOptions.read(fields);
    String spaceGuid = fields.requiredRelationship("space");
    String domainGuid = fields.requiredRelationship("domain");
    Metadata.Change metadata = fields.metadata();
    fields.done();
    AppRoute created =
        Taken.guard(
            "routes_once",
            () ->
                call.inTransaction(
                    db -> new RouteAddress(host, domain(db, domainGuid), path, port).taken()),
            () ->
                call.inTransaction(db -> {
                  Space space = space(db, call.caller(), spaceGuid);
                  Domain domain = usableDomain(db, call.caller(), space, domainGuid);
                  RouteAddress address = new RouteAddress(host, domain, path, port).checked();
                  return registry.create(db, call.caller(), spaceGuid, address, options, metadata);
                }));
    return created.body(call.links()).reply(201);
  }

  private Domain domain(Handle db, String guid) {
    return domains
        .find(db, guid)
        .orElseThrow(() ->
            CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "Invalid domain. Ensure that the domain exists and you have access to it."));
  }

  private Space space(Handle db, Caller caller, String guid) {
    Optional<Space> space = spaces.find(db, guid);
    if (space.isEmpty() || !Permissions.readsSpace(db, caller, guid)) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Invalid space. Ensure that the space exists and you have access to it.");
    }
    Permissions.requireSupporter(db, caller, guid, "Space");
    return space.get();
  }

  private Domain usableDomain(Handle db, Caller caller, Space space, String guid) {
    Domain domain = domain(db, guid);
    if (!domain.usableBy(space.organizationGuid())) {
      if (domain.organizationGuid() != null
          && !Permissions.readsOrganization(db, caller, domain.organizationGuid())) {
        throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
            "Invalid domain. Ensure that the domain exists and you have access to it.");
      }
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Invalid domain. Domain '%s' is not available in organization '%s'.",
          domain.name(),
          organizations.find(db, space.organizationGuid()).map(Organization::name).orElse(""));
    }
    return domain;
  }

  private Reply update(Call call) {
    Fields fields = call.fields();
    AppRoute after =
        call.inTransaction(db -> {
          writable(db, call);
          AppRoute before = store.findForUpdate(db, call.guid()).orElseThrow();
          Map<String, @Nullable String> options = RouteOptions.read(fields);
          Metadata.Change metadata = fields.metadata();
          fields.done();
          return registry.change(db, call.caller(), before, options, metadata);
        });
    return after.body(call.links()).reply(200);
  }

  private Reply delete(Call call) {
    return jobs.accept(
        call,
        db -> {
          AppRoute route = writable(db, call);
          RouteRegistry.audit(db, call.caller(), "delete-request", route);
          return JobOrder.delete(DELETE, route.guid());
        });
  }

  private Reply deleteUnmapped(Call call) {
    ListQuery query = call.list(BULK);
    if (!query.flag("unmapped").orElse(false)) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Mapped routes cannot be deleted in bulk. Only unmapped routes: add 'unmapped=true'.");
    }
    return jobs.accept(
        call,
        db -> {
          Permissions.requireSupporter(db, call.caller(), call.guid(), "Space");
          if (spaces.find(db, call.guid()).isEmpty()) {
            throw Permissions.notFound("Space");
          }
          return JobOrder.delete(DELETE_UNMAPPED, call.guid());
        });
  }

  private Reply reservation(Call call) {
    ListQuery query = call.list(RESERVATION);
    String host = query.values("host").map(List::getLast).orElse("");
    String path = query.values("path").map(List::getLast).orElse("");
    @Nullable Integer port = query.number("port").orElse(null);
    boolean taken =
        call.inTransaction(db -> {
          Domain domain =
              domains.find(db, call.guid()).orElseThrow(() -> Permissions.notFound("Domain"));
          if (domain.organizationGuid() != null) {
            Permissions.requireReadableOrganization(
                db, call.caller(), domain.organizationGuid(), "Domain");
          }
          return store.findAt(db, new RouteAddress(host, domain, path, port)).isPresent();
        });
    return Reply.ok(Map.of("matching_route", taken));
  }
}
