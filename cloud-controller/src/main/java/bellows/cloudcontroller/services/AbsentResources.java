package bellows.cloudcontroller.services;

import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.ResourceBody;
import bellows.cloudcontroller.feature.Feature;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.ArrayList;
import java.util.List;

/**
 * Resources of which this platform has none: their lists are empty, their queries are checked as
 * any, and making one says why not. Clients ask for them on the way to other things.
 */
public final class AbsentResources implements Feature {
  static final String NO_BROKERS =
      "Services are not supported by this platform: it has no service brokers.";

  private static final String NO_BINDINGS =
      "Service instances cannot be bound: apps have no service bindings on this platform";

  /**
   * @param kind for the text "Kind not found"
   * @param refusal why none can be made
   */
  private record Absent(String path, String kind, String refusal, ListSpec list) {}

  private static final List<Absent> ALL =
      List.of(
          new Absent(
              "/v3/service_brokers",
              "Service broker",
              NO_BROKERS,
              ListSpec.of("names", "space_guids").ordered("name").labelled()),
          new Absent(
              "/v3/service_offerings",
              "Service offering",
              NO_BROKERS,
              ListSpec.of(
                      "names",
                      "available",
                      "broker_catalog_ids",
                      "service_broker_guids",
                      "service_broker_names",
                      "space_guids",
                      "organization_guids",
                      "fields[service_broker]")
                  .ordered("name")
                  .labelled()),
          new Absent(
              "/v3/service_plans",
              "Service plan",
              NO_BROKERS,
              ListSpec.of(
                      "names",
                      "available",
                      "broker_catalog_ids",
                      "service_offering_guids",
                      "service_offering_names",
                      "service_broker_guids",
                      "service_broker_names",
                      "service_instance_guids",
                      "space_guids",
                      "organization_guids",
                      "fields[service_offering.service_broker]")
                  .ordered("name")
                  .labelled()
                  .including("service_offering", "space.organization")),
          new Absent(
              "/v3/service_credential_bindings",
              "Service credential binding",
              NO_BINDINGS,
              ListSpec.of(
                      "names",
                      "type",
                      "app_guids",
                      "app_names",
                      "service_instance_guids",
                      "service_instance_names",
                      "service_plan_guids",
                      "service_plan_names",
                      "service_offering_guids",
                      "service_offering_names")
                  .ordered("name")
                  .labelled()
                  .including("app", "service_instance")),
          new Absent(
              "/v3/security_groups",
              "Security group",
              "Security groups are not supported by this platform.",
              ListSpec.of(
                      "names",
                      "running_space_guids",
                      "staging_space_guids",
                      "globally_enabled_running",
                      "globally_enabled_staging")
                  .ordered("name")),
          new Absent(
              "/v3/space_quotas",
              "Space quota",
              "Space quotas are not supported by this platform; set a quota on the organization.",
              ListSpec.of("names", "organization_guids", "space_guids").ordered("name")),
          new Absent(
              "/v3/app_usage_events",
              "App usage event",
              "Usage events cannot be created.",
              ListSpec.of("after_guid")),
          new Absent(
              "/v3/service_usage_events",
              "Service usage event",
              "Usage events cannot be created.",
              ListSpec.of("after_guid", "service_instance_types", "service_offering_guids")));

  private static final List<String> OF_SPACE =
      List.of("running_security_groups", "staging_security_groups");

  private final Endpoints endpoints;

  public AbsentResources(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  @Override
  public List<Route> routes() {
    List<Route> routes = new ArrayList<>();
    for (Absent absent : ALL) {
      routes.add(endpoints.get(absent.path(), call -> empty(call, absent.list())));
      routes.add(endpoints.get(absent.path() + "/:guid", _ -> notFound(absent)));
      routes.add(endpoints.post(absent.path(), _ -> refuse(absent)));
      routes.add(endpoints.patch(absent.path() + "/:guid", _ -> notFound(absent)));
      routes.add(endpoints.delete(absent.path() + "/:guid", _ -> notFound(absent)));
    }
    for (String name : OF_SPACE) {
      routes.add(endpoints.get("/v3/spaces/:guid/" + name, this::ofSpace));
    }
    return routes;
  }

  private Reply ofSpace(Call call) {
    call.useTransaction(
        db -> Permissions.requireReadableSpace(db, call.caller(), call.guid(), "Space"));
    return empty(call, ListSpec.of("names"));
  }

  private static Reply empty(Call call, ListSpec spec) {
    return call.page(call.list(spec), new Page<>(List.<ResourceBody>of(), 0), resource -> resource);
  }

  private static Reply notFound(Absent absent) {
    throw Permissions.notFound(absent.kind());
  }

  private static Reply refuse(Absent absent) {
    throw CfError.Kind.UNPROCESSABLE_ENTITY.because(absent.refusal());
  }
}
