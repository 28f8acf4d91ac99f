package bellows.cloudcontroller.organizations;

import bellows.base.ids.Ids;
import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.ResourceBody;
import bellows.cloudcontroller.api.Taken;
import bellows.cloudcontroller.audit.AuditEvents;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.flags.FeatureFlag;
import bellows.cloudcontroller.jobs.JobOrder;
import bellows.cloudcontroller.jobs.JobWork;
import bellows.cloudcontroller.jobs.Jobs;
import bellows.cloudcontroller.quotas.OrganizationQuotas;
import bellows.cloudcontroller.users.KnownUsers;
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

/** {@code /v3/organizations}. */
public final class Organizations implements Feature {
  private static final String DELETE = "organization.delete";
  private static final String KIND = "Organization";
  private static final ListSpec LIST =
      ListSpec.of("names", "isolation_segment_guid").ordered("name").labelled();

  private final Endpoints endpoints;
  private final Jobs jobs;
  private final Database database;
  private final List<OrganizationContents> contents;
  private final OrganizationStore store = new OrganizationStore();

  /**
   * @param contents ended in this order before an org goes
   */
  public Organizations(
      Endpoints endpoints, Jobs jobs, Database database, List<OrganizationContents> contents) {
    this.endpoints = endpoints;
    this.jobs = jobs;
    this.database = database;
    this.contents = List.copyOf(contents);
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/organizations", this::list),
        endpoints.post("/v3/organizations", this::create),
        endpoints.get("/v3/organizations/:guid", this::show),
        endpoints.patch("/v3/organizations/:guid", this::update),
        endpoints.delete("/v3/organizations/:guid", this::delete),
        endpoints.get("/v3/organizations/:guid/usage_summary", this::usage));
  }

  @Override
  public Map<String, JobWork> jobs() {
    return Map.of(DELETE, JobWork.inTransaction(database, this::deleteNow));
  }

  private Reply list(Call call) {
    ListQuery query = call.list(LIST);
    Page<Organization> page = call.inTransaction(db -> store.list(db, call.caller(), query));
    return call.page(query, page, organization -> organization.body(call.links()));
  }

  private Reply show(Call call) {
    return call.inTransaction(db -> readable(db, call)).body(call.links()).reply(200);
  }

  private Organization readable(Handle db, Call call) {
    Permissions.requireReadableOrganization(db, call.caller(), call.guid(), KIND);
    return store.find(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
  }

  private Reply create(Call call) {
    Fields fields = call.fields();
    String name = fields.requiredText("name", 255);
    boolean suspended = fields.flag("suspended").orElse(false);
    Metadata.Change metadata = fields.metadata();
    call.useTransaction(
        db -> Permissions.require(FeatureFlag.USER_ORG_CREATION.allows(db, call.caller())));
    fields.done();
    String guid = Ids.uuid();
    Organization created =
        guarded(
            name,
            () ->
                call.inTransaction(db -> {
                  store.insert(
                      db,
                      guid,
                      name,
                      suspended,
                      OrganizationQuotas.DEFAULT_NAME,
                      metadata.on(Metadata.NONE));
                  if (!call.caller().isAdmin()) {
                    makeManager(db, call.caller(), guid);
                  }
                  audit(db, call.caller(), "create", guid, name);
                  return store.find(db, guid).orElseThrow();
                }));
    return created.body(call.links()).reply(201);
  }

  /** Who made an org on its own account would else not see it. */
  private static void makeManager(Handle db, Caller caller, String guid) {
    KnownUsers.remember(db, caller);
    for (String type : List.of("organization_user", "organization_manager")) {
      db.createUpdate(
              """
              insert into roles (guid, type, user_guid, organization_guid)
              values (:guid, :type, :user, :organization)\
              """)
          .bind("guid", Ids.uuid())
          .bind("type", type)
          .bind("user", caller.guid())
          .bind("organization", guid)
          .execute();
    }
  }

  private Reply update(Call call) {
    Fields fields = call.fields();
    Optional<String> name = fields.nonBlankText("name", 255);
    Optional<Boolean> suspended = fields.flag("suspended");
    Metadata.Change metadata = fields.metadata();
    call.useTransaction(db -> {
      Permissions.requireOrganizationManager(db, call.caller(), call.guid(), KIND);
      Permissions.require(suspended.isEmpty() || call.caller().isAdmin());
    });
    fields.done();
    Organization updated =
        guarded(
            name.orElse(""),
            () ->
                call.inTransaction(db -> {
                  Organization before =
                      store
                          .findForUpdate(db, call.guid())
                          .orElseThrow(() -> Permissions.notFound(KIND));
                  String after = name.orElse(before.name());
                  store.update(
                      db,
                      before.guid(),
                      after,
                      suspended.orElse(before.suspended()),
                      metadata.on(before.metadata()));
                  audit(db, call.caller(), "update", before.guid(), after);
                  return store.find(db, before.guid()).orElseThrow();
                }));
    return updated.body(call.links()).reply(200);
  }

  private static Organization guarded(String name, Supplier<Organization> transaction) {
    return Taken.guard(
        "organizations_name",
        () -> CfError.Kind.UNPROCESSABLE_ENTITY.because("Organization '%s' already exists.", name),
        transaction);
  }

  private Reply delete(Call call) {
    return jobs.accept(
        call,
        db -> {
          Organization organization = readable(db, call);
          Permissions.requireAdmin(call.caller());
          audit(db, call.caller(), "delete-request", organization.guid(), organization.name());
          return JobOrder.delete(DELETE, organization.guid());
        });
  }

  private void deleteNow(Handle db, String guid) {
    if (store.findForUpdate(db, guid).isPresent()) {
      contents.forEach(some -> some.delete(db, guid));
      store.delete(db, guid);
    }
  }

  private Reply usage(Call call) {
    OrganizationStore.UsageSummary usage =
        call.inTransaction(db -> {
          readable(db, call);
          return store.usage(db, call.guid());
        });
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("started_instances", usage.instances());
    summary.put("memory_in_mb", usage.memoryMb());
    summary.put("routes", usage.routes());
    summary.put("service_instances", 0);
    summary.put("reserved_ports", usage.reservedPorts());
    summary.put("domains", usage.domains());
    summary.put("per_app_tasks", usage.tasks());
    summary.put("service_keys", 0);
    return ResourceBody.bare(call.links())
        .put("usage_summary", summary)
        .link("self", "/v3/organizations/%s/usage_summary", call.guid())
        .link("organization", "/v3/organizations/%s", call.guid())
        .reply(200);
  }

  private static void audit(Handle db, Caller caller, String what, String guid, String name) {
    AuditEvents.record(
        db,
        AuditEvents.Actor.of(caller),
        "audit.organization." + what,
        new AuditEvents.Target(guid, "organization", name),
        null,
        guid,
        Map.of());
  }
}
