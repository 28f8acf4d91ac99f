package bellows.cloudcontroller.routes;

import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.Relationship;
import bellows.cloudcontroller.api.ResourceBody;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.routes.RouteRegistry.Target;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Where a route leads: {@code /v3/routes/:guid/destinations}; and what no route can do here. */
public final class Destinations implements Feature {
  private static final String KIND = "Route";
  private static final int MAX_DESTINATIONS = 100;
  private static final List<String> PROTOCOLS = List.of("http1", "http2", "tcp");

  private final Endpoints endpoints;
  private final RouteRegistry registry;
  private final RouteStore store = new RouteStore();

  public Destinations(Endpoints endpoints, RouteRegistry registry) {
    this.endpoints = endpoints;
    this.registry = registry;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/routes/:guid/destinations", this::list),
        endpoints.post("/v3/routes/:guid/destinations", this::add),
        endpoints.patch("/v3/routes/:guid/destinations", this::replace),
        endpoints.patch("/v3/routes/:guid/destinations/:destination", this::update),
        endpoints.delete("/v3/routes/:guid/destinations/:destination", this::remove),
        endpoints.get("/v3/routes/:guid/relationships/shared_spaces", this::sharedSpaces),
        endpoints.post("/v3/routes/:guid/relationships/shared_spaces", this::refuseSharing),
        endpoints.delete(
            "/v3/routes/:guid/relationships/shared_spaces/:space", this::refuseSharing),
        endpoints.patch("/v3/routes/:guid/relationships/space", this::refuseSharing));
  }

  private Reply list(Call call) {
    AppRoute route =
        call.inTransaction(db -> {
          AppRoute found =
              store.find(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
          Permissions.requireReadableSpace(db, call.caller(), found.spaceGuid(), KIND);
          return found;
        });
    return body(call, route);
  }

  private static Reply body(Call call, AppRoute route) {
    return ResourceBody.bare(call.links())
        .put("destinations", route.destinations().stream().map(Destination::body).toList())
        .link("self", "/v3/routes/%s/destinations", route.guid())
        .link("route", "/v3/routes/%s", route.guid())
        .reply(200);
  }

  /** Locked, so that a replacement sees what it replaces. */
  private AppRoute writable(Handle db, Call call) {
    AppRoute route =
        store.findForUpdate(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
    Permissions.requireSupporter(db, call.caller(), route.spaceGuid(), KIND);
    return route;
  }

  private Reply add(Call call) {
    Fields fields = call.fields();
    List<Target> targets = targets(fields);
    AppRoute after =
        call.inTransaction(db -> {
          AppRoute route = writable(db, call);
          fields.done();
          registry.map(db, call.caller(), route, targets);
          return store.find(db, route.guid()).orElseThrow();
        });
    return body(call, after);
  }

  private Reply replace(Call call) {
    Fields fields = call.fields();
    List<Target> targets = targets(fields);
    AppRoute after =
        call.inTransaction(db -> {
          AppRoute route = writable(db, call);
          fields.done();
          for (Destination old : route.destinations()) {
            boolean kept =
                targets.stream()
                    .anyMatch(target ->
                        target.appGuid().equals(old.appGuid())
                            && target.processType().equals(old.processType())
                            && route.destinationProtocol(target.protocol()).equals(old.protocol()));
            if (!kept) {
              registry.unmap(db, call.caller(), route, old);
            }
          }
          registry.map(db, call.caller(), route, targets);
          return store.find(db, route.guid()).orElseThrow();
        });
    return body(call, after);
  }

  private static List<Target> targets(Fields fields) {
    Optional<List<Fields>> entries = fields.objects("destinations", MAX_DESTINATIONS);
    if (entries.isEmpty()) {
      fields.fault("Destinations must be an array");
    }
    List<Target> targets = new ArrayList<>();
    for (Fields entry : entries.orElse(List.of())) {
      Optional<Fields> app = entry.object("app");
      Optional<String> guid = app.flatMap(one -> one.text("guid", 200));
      String type =
          app.flatMap(one -> one.object("process"))
              .flatMap(process -> process.text("type", 255))
              .orElse("web");
      entry
          .integer("port", 1, 65535)
          .filter(port -> port != Destination.PORT)
          .ifPresent(port -> fields.fault("Destinations can only have the port 8080"));
      if (entry.any("weight").isPresent()) {
        fields.fault("Destinations cannot be weighted");
      }
      String protocol = entry.oneOf("protocol", PROTOCOLS).orElse(null);
      if (guid.isEmpty()) {
        fields.fault("Destinations must have the guid of an app");
      } else {
        targets.add(new Target(guid.get(), type, protocol));
      }
    }
    return targets;
  }

  private Reply update(Call call) {
    Fields fields = call.fields();
    String protocol = fields.oneOf("protocol", PROTOCOLS).orElse(null);
    Destination after =
        call.inTransaction(db -> {
          AppRoute route = writable(db, call);
          fields.done();
          registry.changeProtocol(
              db, destination(route, call), route.destinationProtocol(protocol));
          return destination(store.find(db, route.guid()).orElseThrow(), call);
        });
    return Reply.ok(after.body());
  }

  private Reply remove(Call call) {
    call.useTransaction(db -> {
      AppRoute route = writable(db, call);
      registry.unmap(db, call.caller(), route, destination(route, call));
    });
    return Reply.empty(204);
  }

  private static Destination destination(AppRoute route, Call call) {
    return route.destinations().stream()
        .filter(destination -> destination.guid().equals(call.path("destination")))
        .findFirst()
        .orElseThrow(() ->
            CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "Unable to unmap route from destination. Ensure the route has a destination"
                    + " with this guid."));
  }

  private Reply sharedSpaces(Call call) {
    list(call);
    return Reply.ok(Relationship.many(List.of()));
  }

  private Reply refuseSharing(Call call) {
    call.useTransaction(db -> writable(db, call));
    throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
        "Routes cannot be shared with, or moved to, another space. Create the route there.");
  }
}
