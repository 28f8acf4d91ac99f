package bellows.cloudcontroller.services;

import bellows.base.ids.Ids;
import bellows.base.json.Json;
import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.Taken;
import bellows.cloudcontroller.audit.AuditEvents;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.flags.FeatureFlag;
import bellows.cloudcontroller.routes.RouteRegistry;
import bellows.cloudcontroller.spaces.SpaceStore;
import bellows.cmdb.SecretBox;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * {@code /v3/service_instances}: what users provide; brokers, which would manage others, are none.
 */
public final class ServiceInstances implements Feature {
  static final String KIND = "Service instance";
  private static final int LONGEST_NAME = 255;
  private static final int MOST_TAGS = 100;
  private static final int LONGEST_TAG = 255;
  private static final String NO_TAGS = "[]";
  private static final ListSpec LIST =
      ListSpec.of(
              "names",
              "type",
              "space_guids",
              "organization_guids",
              "service_plan_guids",
              "service_plan_names",
              "fields[space]",
              "fields[space.organization]",
              "fields[service_plan]",
              "fields[service_plan.service_offering]",
              "fields[service_plan.service_offering.service_broker]")
          .ordered("name")
          .labelled();

  private final Endpoints endpoints;
  private final SecretBox box;
  private final RouteRegistry routes;
  private final ServiceInstanceStore store = new ServiceInstanceStore();
  private final RouteBindingStore bindings = new RouteBindingStore();
  private final SpaceStore spaces = new SpaceStore();

  /**
   * @param box seals credentials
   */
  public ServiceInstances(Endpoints endpoints, SecretBox box, RouteRegistry routes) {
    this.endpoints = endpoints;
    this.box = box;
    this.routes = routes;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/service_instances", this::list),
        endpoints.post("/v3/service_instances", this::create),
        endpoints.get("/v3/service_instances/:guid", this::show),
        endpoints.get("/v3/service_instances/:guid/credentials", this::credentials),
        endpoints.patch("/v3/service_instances/:guid", this::update),
        endpoints.delete("/v3/service_instances/:guid", this::delete));
  }

  private Reply list(Call call) {
    ListQuery query = call.list(LIST);
    return call.inTransaction(db ->
        call.page(
            query, store.list(db, call.caller(), query), instance -> instance.body(call.links())));
  }

  private Reply show(Call call) {
    return call.inTransaction(db -> readable(db, call)).body(call.links()).reply(200);
  }

  private ServiceInstance readable(Handle db, Call call) {
    ServiceInstance instance =
        store.find(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
    Permissions.requireReadableSpace(db, call.caller(), instance.spaceGuid(), KIND);
    return instance;
  }

  private Reply credentials(Call call) {
    return call.inTransaction(db -> {
      ServiceInstance instance = readable(db, call);
      Permissions.require(Permissions.readsSecrets(db, call.caller(), instance.spaceGuid()));
      audit(db, call.caller(), "show", instance);
      byte[] sealed = instance.credentials();
      return Reply.ok(sealed == null ? Json.object() : Json.MAPPER.readTree(box.open(sealed)));
    });
  }

  private Reply create(Call call) {
    Fields fields = call.fields();
    Optional<String> type = fields.oneOf("type", List.of("managed", ServiceInstance.TYPE));
    if (type.filter("managed"::equals).isPresent()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(AbsentResources.NO_BROKERS);
    }
    if (type.isEmpty()) {
      fields.fault("Type must be one of 'managed', 'user-provided'");
    }
    String name = fields.requiredText("name", LONGEST_NAME);
    String space = fields.requiredRelationship("space");
    ServiceInstance wanted =
        new ServiceInstance(
            Ids.uuid(),
            Instant.EPOCH,
            Instant.EPOCH,
            name,
            space,
            credentials(fields, null),
            ServiceUrls.syslogDrain(fields, null),
            ServiceUrls.routeService(fields, null),
            tags(fields, NO_TAGS),
            fields.metadata().on(Metadata.NONE));
    fields.done();
    ServiceInstance created =
        unlessTaken(
            name,
            () ->
                call.inTransaction(db -> {
                  requireSpace(db, call.caller(), space);
                  store.insert(db, wanted);
                  ServiceInstance inserted = store.find(db, wanted.guid()).orElseThrow();
                  audit(db, call.caller(), "create", inserted);
                  return inserted;
                }));
    return created.body(call.links()).reply(201);
  }

  private static ServiceInstance unlessTaken(String name, Supplier<ServiceInstance> transaction) {
    return Taken.guard(
        "service_instances_name",
        () ->
            CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "The service instance name is taken: %s.", name),
        transaction);
  }

  private void requireSpace(Handle db, Caller caller, String space) {
    FeatureFlag.SERVICE_INSTANCE_CREATION.require(db, caller);
    if (spaces.find(db, space).isEmpty() || !Permissions.readsSpace(db, caller, space)) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Invalid space. Ensure that the space exists and you have access to it.");
    }
    Permissions.requireDeveloper(db, caller, space, "Space");
  }

  private byte @Nullable [] credentials(Fields fields, byte @Nullable [] before) {
    Optional<JsonNode> sent = fields.any("credentials");
    if (sent.isEmpty()) {
      return fields.isNull("credentials") ? null : before;
    }
    if (!sent.get().isObject()) {
      fields.fault("Credentials must be an object");
    }
    return box.seal(Json.bytes(sent.get()));
  }

  /** JSON text; null takes all away, as it does with credentials. */
  private static String tags(Fields fields, String before) {
    String otherwise = fields.isNull("tags") ? NO_TAGS : before;
    return fields.texts("tags", MOST_TAGS, LONGEST_TAG).map(Json::text).orElse(otherwise);
  }

  private Reply update(Call call) {
    Fields fields = call.fields();
    Optional<String> name = fields.nonBlankText("name", LONGEST_NAME);
    ServiceInstance updated =
        unlessTaken(
            name.orElse(""),
            () ->
                call.inTransaction(db -> {
                  ServiceInstance before = changeable(db, call);
                  ServiceInstance after =
                      new ServiceInstance(
                          before.guid(),
                          before.createdAt(),
                          before.updatedAt(),
                          name.orElse(before.name()),
                          before.spaceGuid(),
                          credentials(fields, before.credentials()),
                          ServiceUrls.syslogDrain(fields, before.syslogDrainUrl()),
                          ServiceUrls.routeService(fields, before.routeServiceUrl()),
                          tags(fields, before.tags()),
                          fields.metadata().on(before.metadata()));
                  fields.done();
                  store.update(db, after);
                  if (!Objects.equals(before.routeServiceUrl(), after.routeServiceUrl())) {
                    tellRoutes(db, after);
                  }
                  audit(db, call.caller(), "update", after);
                  return store.find(db, after.guid()).orElseThrow();
                }));
    return updated.body(call.links()).reply(200);
  }

  private ServiceInstance changeable(Handle db, Call call) {
    ServiceInstance instance =
        store.findForUpdate(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
    Permissions.requireDeveloper(db, call.caller(), instance.spaceGuid(), KIND);
    return instance;
  }

  /** Their requests pass by another address now; by none they would reach apps unguarded. */
  private void tellRoutes(Handle db, ServiceInstance after) {
    List<RouteBinding> bound = bindings.ofInstance(db, after.guid());
    if (after.routeServiceUrl() == null && !bound.isEmpty()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Routes are bound to this service instance. Unbind them before you take its"
              + " route_service_url away.");
    }
    tellRoutes(db, bound);
  }

  private void tellRoutes(Handle db, List<RouteBinding> bound) {
    routes.serviceChanged(db, bound.stream().map(RouteBinding::routeGuid).toList());
  }

  /** At once, with its bindings. */
  private Reply delete(Call call) {
    call.useTransaction(db -> {
      ServiceInstance instance = changeable(db, call);
      List<RouteBinding> bound = bindings.ofInstance(db, instance.guid());
      store.delete(db, instance.guid());
      tellRoutes(db, bound);
      audit(db, call.caller(), "delete", instance);
    });
    return Reply.empty(204);
  }

  private static void audit(Handle db, Caller caller, String what, ServiceInstance instance) {
    AuditEvents.recordInSpace(
        db,
        AuditEvents.Actor.of(caller),
        "audit.user_provided_service_instance." + what,
        new AuditEvents.Target(instance.guid(), "user_provided_service_instance", instance.name()),
        instance.spaceGuid(),
        Map.of());
  }
}
