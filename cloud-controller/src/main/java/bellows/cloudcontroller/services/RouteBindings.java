package bellows.cloudcontroller.services;

import bellows.base.ids.Ids;
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
import bellows.cloudcontroller.audit.AuditEvents;
import bellows.cloudcontroller.domains.Domain;
import bellows.cloudcontroller.domains.DomainStore;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.routes.AppRoute;
import bellows.cloudcontroller.routes.RouteRegistry;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** {@code /v3/service_route_bindings}: which requests pass by which service instance. */
public final class RouteBindings implements Feature {
  private static final String KIND = "Service route binding";
  private static final String[] INCLUDES = {"route", "service_instance"};
  private static final ListSpec LIST =
      ListSpec.of("route_guids", "service_instance_guids", "service_instance_names")
          .labelled()
          .including(INCLUDES);

  private final Endpoints endpoints;
  private final RouteRegistry routes;
  private final RouteBindingStore store = new RouteBindingStore();
  private final ServiceInstanceStore instances = new ServiceInstanceStore();
  private final DomainStore domains = new DomainStore();

  public RouteBindings(Endpoints endpoints, RouteRegistry routes) {
    this.endpoints = endpoints;
    this.routes = routes;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/service_route_bindings", this::list),
        endpoints.post("/v3/service_route_bindings", this::create),
        endpoints.get("/v3/service_route_bindings/:guid", this::show),
        endpoints.patch("/v3/service_route_bindings/:guid", this::update),
        endpoints.delete("/v3/service_route_bindings/:guid", this::delete));
  }

  private Reply list(Call call) {
    ListQuery query = call.list(LIST);
    return call.inTransaction(db -> {
      Page<RouteBinding> page = store.list(db, call.caller(), query);
      return call.page(
          query,
          page,
          binding -> binding.body(call.links()),
          included(db, call, query.include(), page.items()));
    });
  }

  private Reply show(Call call) {
    return call.inTransaction(db -> {
      RouteBinding binding = readable(db, call);
      return binding
          .body(call.links())
          .reply(200, included(db, call, call.include(INCLUDES), List.of(binding)));
    });
  }

  private List<Included> included(
      Handle db, Call call, Collection<String> include, List<RouteBinding> bindings) {
    List<Included> included = new ArrayList<>();
    if (include.contains("route")) {
      List<String> guids = bindings.stream().map(RouteBinding::routeGuid).toList();
      included.add(
          Included.of("routes", routes.findAll(db, guids), route -> route.body(call.links())));
    }
    if (include.contains("service_instance")) {
      List<String> guids = bindings.stream().map(RouteBinding::instanceGuid).distinct().toList();
      included.add(
          Included.of(
              "service_instances",
              instances.findAll(db, guids),
              instance -> instance.body(call.links())));
    }
    return included;
  }

  private RouteBinding readable(Handle db, Call call) {
    RouteBinding binding =
        store.find(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
    Permissions.requireReadableSpace(db, call.caller(), binding.spaceGuid(), KIND);
    return binding;
  }

  private RouteBinding changeable(Handle db, Call call) {
    RouteBinding binding = readable(db, call);
    Permissions.requireSupporter(db, call.caller(), binding.spaceGuid(), KIND);
    return binding;
  }

  private Reply create(Call call) {
    Fields fields = call.fields();
    String instanceGuid = fields.requiredRelationship("service_instance");
    String routeGuid = fields.requiredRelationship("route");
    Metadata.Change metadata = fields.metadata();
    boolean parameters =
        fields.object("parameters").filter(sent -> !sent.names().isEmpty()).isPresent();
    if (parameters) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Binding parameters are not supported for user-provided service instances");
    }
    fields.done();
    RouteBinding created =
        call.inTransaction(db -> {
          ServiceInstance instance = instance(db, call.caller(), instanceGuid);
          AppRoute route = route(db, call.caller(), routeGuid);
          requireBindable(db, instance, route);
          String guid = Ids.uuid();
          store.insert(db, guid, instanceGuid, routeGuid, metadata.on(Metadata.NONE));
          routes.serviceChanged(db, List.of(routeGuid));
          RouteBinding binding = store.find(db, guid).orElseThrow();
          audit(db, call.caller(), "create", binding);
          return binding;
        });
    return created.body(call.links()).reply(201);
  }

  private ServiceInstance instance(Handle db, Caller caller, String guid) {
    ServiceInstance instance =
        instances
            .findForUpdate(db, guid)
            .filter(found -> Permissions.readsSpace(db, caller, found.spaceGuid()))
            .orElseThrow(() ->
                CfError.Kind.UNPROCESSABLE_ENTITY.because(
                    "The service instance could not be found: %s", guid));
    Permissions.requireSupporter(db, caller, instance.spaceGuid(), ServiceInstances.KIND);
    return instance;
  }

  /** Locked, so that of two bindings at once one sees the other. */
  private AppRoute route(Handle db, Caller caller, String guid) {
    return routes
        .findForUpdate(db, guid)
        .filter(found -> Permissions.readsSpace(db, caller, found.spaceGuid()))
        .orElseThrow(() ->
            CfError.Kind.UNPROCESSABLE_ENTITY.because("The route could not be found: %s", guid));
  }

  private void requireBindable(Handle db, ServiceInstance instance, AppRoute route) {
    if (instance.routeServiceUrl() == null) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "This service instance does not support route binding");
    }
    if (domains.find(db, route.domainGuid()).filter(Domain::internal).isPresent()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Route services cannot be bound to internal routes");
    }
    if (route.port() != null) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Route services cannot be bound to TCP routes");
    }
    if (!route.spaceGuid().equals(instance.spaceGuid())) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "The service instance and the route are in different spaces");
    }
    store
        .ofRoute(db, route.guid())
        .ifPresent(bound -> {
          if (bound.instanceGuid().equals(instance.guid())) {
            throw CfError.Kind.ALREADY_BOUND_TO_SAME_ROUTE.because(
                "The route and service instance are already bound.");
          }
          throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
              "A route may only be bound to a single service instance");
        });
  }

  private Reply update(Call call) {
    Fields fields = call.fields();
    Metadata.Change metadata = fields.metadata();
    RouteBinding after =
        call.inTransaction(db -> {
          changeable(db, call);
          fields.done();
          RouteBinding before =
              store.findForUpdate(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
          store.setMetadata(db, before.guid(), metadata.on(before.metadata()));
          return store.find(db, before.guid()).orElseThrow();
        });
    return after.body(call.links()).reply(200);
  }

  private Reply delete(Call call) {
    call.useTransaction(db -> {
      RouteBinding binding = changeable(db, call);
      store.delete(db, binding.guid());
      routes.serviceChanged(db, List.of(binding.routeGuid()));
      audit(db, call.caller(), "delete", binding);
    });
    return Reply.empty(204);
  }

  private static void audit(Handle db, Caller caller, String what, RouteBinding binding) {
    AuditEvents.recordInSpace(
        db,
        AuditEvents.Actor.of(caller),
        "audit.service_route_binding." + what,
        new AuditEvents.Target(binding.guid(), "service_route_binding", ""),
        binding.spaceGuid(),
        Map.of("route_guid", binding.routeGuid(), "service_instance_guid", binding.instanceGuid()));
  }
}
