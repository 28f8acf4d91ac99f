package bellows.cloudcontroller.quotas;

import bellows.base.ids.Ids;
import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.Relationship;
import bellows.cloudcontroller.api.Taken;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.jobs.JobOrder;
import bellows.cloudcontroller.jobs.JobWork;
import bellows.cloudcontroller.jobs.Jobs;
import bellows.cloudcontroller.quotas.OrganizationQuota.Limits;
import bellows.cmdb.Database;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code /v3/organization_quotas}. Only administrators change them. */
public final class OrganizationQuotas implements Feature {
  /** The quota of an org for which none was named. */
  public static final String DEFAULT_NAME = "default";

  private static final String DELETE = "organization_quota.delete";
  private static final String KIND = "Organization quota";
  private static final ListSpec LIST = ListSpec.of("names", "organization_guids").ordered("name");

  private final Endpoints endpoints;
  private final Jobs jobs;
  private final Database database;
  private final OrganizationQuotaStore store = new OrganizationQuotaStore();

  public OrganizationQuotas(Endpoints endpoints, Jobs jobs, Database database) {
    this.endpoints = endpoints;
    this.jobs = jobs;
    this.database = database;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/organization_quotas", this::list),
        endpoints.post("/v3/organization_quotas", this::create),
        endpoints.get("/v3/organization_quotas/:guid", this::show),
        endpoints.patch("/v3/organization_quotas/:guid", this::update),
        endpoints.delete("/v3/organization_quotas/:guid", this::delete),
        endpoints.post("/v3/organization_quotas/:guid/relationships/organizations", this::apply));
  }

  @Override
  public Map<String, JobWork> jobs() {
    return Map.of(DELETE, JobWork.inTransaction(database, store::delete));
  }

  private Reply list(Call call) {
    ListQuery query = call.list(LIST);
    Page<OrganizationQuota> page = call.inTransaction(db -> store.list(db, call.caller(), query));
    return call.page(query, page, quota -> quota.body(call.links()));
  }

  private Reply show(Call call) {
    return call.inTransaction(db -> find(db, call)).body(call.links()).reply(200);
  }

  private OrganizationQuota find(Handle db, Call call) {
    return store.find(db, call.caller(), call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
  }

  private Reply create(Call call) {
    Permissions.requireAdmin(call.caller());
    Fields fields = call.fields();
    String name = fields.requiredText("name", 250);
    Limits limits = limits(fields, Limits.NONE);
    List<String> organizations =
        fields
            .object("relationships")
            .flatMap(all -> all.object("organizations"))
            .map(Fields::dataList)
            .orElse(List.of());
    fields.done();
    String guid = Ids.uuid();
    OrganizationQuota created =
        guarded(
            name,
            () ->
                call.inTransaction(db -> {
                  store.insert(db, guid, name, limits);
                  applyTo(db, guid, organizations);
                  return store.find(db, call.caller(), guid).orElseThrow();
                }));
    return created.body(call.links()).reply(201);
  }

  private Reply update(Call call) {
    Permissions.requireAdmin(call.caller());
    Fields fields = call.fields();
    OrganizationQuota before = call.inTransaction(db -> find(db, call));
    String name = fields.nonBlankText("name", 250).orElse(before.name());
    Limits limits = limits(fields, before.limits());
    fields.done();
    OrganizationQuota after =
        guarded(
            name,
            () ->
                call.inTransaction(db -> {
                  store.update(db, call.guid(), name, limits);
                  return find(db, call);
                }));
    return after.body(call.links()).reply(200);
  }

  private static OrganizationQuota guarded(String name, Supplier<OrganizationQuota> transaction) {
    return Taken.guard(
        "organization_quotas_name_key",
        () ->
            CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "Organization Quota '%s' already exists.", name),
        transaction);
  }

  private Reply delete(Call call) {
    Permissions.requireAdmin(call.caller());
    return jobs.accept(
        call,
        db -> {
          OrganizationQuota quota = find(db, call);
          if (!quota.organizations().isEmpty()) {
            throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "This quota is applied to one or more organizations. Remove this quota from all"
                    + " organizations before deleting.");
          }
          return JobOrder.delete(DELETE, quota.guid());
        });
  }

  private Reply apply(Call call) {
    Permissions.requireAdmin(call.caller());
    Fields fields = call.fields();
    List<String> organizations = fields.dataList();
    fields.done();
    OrganizationQuota after =
        call.inTransaction(db -> {
          find(db, call);
          applyTo(db, call.guid(), organizations);
          return find(db, call);
        });
    Map<String, @Nullable Object> body =
        new LinkedHashMap<>(Relationship.many(after.organizations()));
    body.put(
        "links",
        Map.of(
            "self",
            call.links()
                .link("/v3/organization_quotas/%s/relationships/organizations", after.guid())));
    return Reply.ok(body);
  }

  private void applyTo(Handle db, String guid, List<String> organizations) {
    if (store.apply(db, guid, organizations) < organizations.stream().distinct().count()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Organizations with guids %s do not exist, or you do not have access to them.",
          organizations);
    }
  }

  private static Limits limits(Fields fields, Limits before) {
    Optional<Fields> apps = fields.object("apps");
    Optional<Fields> services = fields.object("services");
    Optional<Fields> routes = fields.object("routes");
    Optional<Fields> domains = fields.object("domains");
    return new Limits(
        limit(apps, "total_memory_in_mb", before.totalMemoryMb()),
        limit(apps, "per_process_memory_in_mb", before.perProcessMemoryMb()),
        limit(apps, "total_instances", before.totalInstances()),
        limit(apps, "per_app_tasks", before.perAppTasks()),
        limit(apps, "log_rate_limit_in_bytes_per_second", before.logRateBytesPerSecond()),
        services
            .flatMap(some -> some.flag("paid_services_allowed"))
            .orElse(before.paidServicesAllowed()),
        limit(services, "total_service_instances", before.totalServiceInstances()),
        limit(services, "total_service_keys", before.totalServiceKeys()),
        limit(routes, "total_routes", before.totalRoutes()),
        limit(routes, "total_reserved_ports", before.totalReservedPorts()),
        limit(domains, "total_domains", before.totalDomains()));
  }

  /** An explicit null lifts the limit, an absent field leaves it. */
  private static @Nullable Long limit(Optional<Fields> group, String name, @Nullable Long before) {
    if (group.isEmpty() || !group.get().has(name)) {
      return before;
    }
    return group.get().number(name, 0, Integer.MAX_VALUE).orElse(null);
  }
}
