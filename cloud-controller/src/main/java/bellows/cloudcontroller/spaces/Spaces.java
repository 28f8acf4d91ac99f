package bellows.cloudcontroller.spaces;

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
import bellows.cloudcontroller.api.Taken;
import bellows.cloudcontroller.audit.AuditEvents;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.jobs.JobOrder;
import bellows.cloudcontroller.jobs.JobWork;
import bellows.cloudcontroller.jobs.Jobs;
import bellows.cloudcontroller.organizations.OrganizationContents;
import bellows.cloudcontroller.organizations.OrganizationStore;
import bellows.cmdb.Database;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/** {@code /v3/spaces}. */
public final class Spaces implements Feature, OrganizationContents {
  private static final String DELETE = "space.delete";
  private static final String KIND = "Space";
  private static final ListSpec LIST =
      ListSpec.of("names", "organization_guids")
          .ordered("name")
          .labelled()
          .including("organization");

  private final Endpoints endpoints;
  private final Jobs jobs;
  private final Database database;
  private final List<SpaceContents> contents;
  private final SpaceStore store = new SpaceStore();
  private final OrganizationStore organizations = new OrganizationStore();

  /**
   * @param contents ended in this order before a space goes
   */
  public Spaces(Endpoints endpoints, Jobs jobs, Database database, List<SpaceContents> contents) {
    this.endpoints = endpoints;
    this.jobs = jobs;
    this.database = database;
    this.contents = List.copyOf(contents);
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/spaces", this::list),
        endpoints.post("/v3/spaces", this::create),
        endpoints.get("/v3/spaces/:guid", this::show),
        endpoints.patch("/v3/spaces/:guid", this::update),
        endpoints.delete("/v3/spaces/:guid", this::delete),
        endpoints.get("/v3/spaces/:guid/features", this::features),
        endpoints.get("/v3/spaces/:guid/features/:name", this::feature),
        endpoints.patch("/v3/spaces/:guid/features/:name", this::setFeature));
  }

  @Override
  public Map<String, JobWork> jobs() {
    return Map.of(DELETE, JobWork.inTransaction(database, this::deleteNow));
  }

  private Reply list(Call call) {
    ListQuery query = call.list(LIST);
    return call.inTransaction(db -> {
      Page<Space> page = store.list(db, call.caller(), query);
      List<String> guids = page.items().stream().map(Space::organizationGuid).toList();
      return call.page(
          query,
          page,
          space -> space.body(call.links()),
          included(db, call, query.include(), guids));
    });
  }

  private Reply show(Call call) {
    return call.inTransaction(db -> {
      Space space = readable(db, call);
      return space
          .body(call.links())
          .reply(
              200,
              included(db, call, call.include("organization"), List.of(space.organizationGuid())));
    });
  }

  private List<Included> included(
      Handle db, Call call, Collection<String> include, List<String> organizationGuids) {
    if (!include.contains("organization")) {
      return List.of();
    }
    return List.of(
        Included.of(
            "organizations",
            organizations.findAll(db, organizationGuids),
            organization -> organization.body(call.links())));
  }

  private Space readable(Handle db, Call call) {
    Permissions.requireReadableSpace(db, call.caller(), call.guid(), KIND);
    return store.find(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
  }

  private Reply create(Call call) {
    Fields fields = call.fields();
    String name = fields.requiredText("name", 255);
    String organization = fields.requiredRelationship("organization");
    fields.flag("suspended");
    Metadata.Change metadata = fields.metadata();
    fields.done();
    String guid = Ids.uuid();
    Space created =
        guarded(() ->
            call.inTransaction(db -> {
              requireOrganization(db, call.caller(), organization);
              store.insert(db, guid, name, organization, metadata.on(Metadata.NONE));
              Space space = store.find(db, guid).orElseThrow();
              audit(db, call.caller(), "create", space);
              return space;
            }));
    return created.body(call.links()).reply(201);
  }

  private void requireOrganization(Handle db, Caller caller, String guid) {
    if (!Permissions.readsOrganization(db, caller, guid)
        || organizations.find(db, guid).isEmpty()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Invalid organization. Ensure the organization exists and you have access to it.");
    }
    Permissions.requireOrganizationManager(db, caller, guid, "Organization");
  }

  private Reply update(Call call) {
    Fields fields = call.fields();
    Optional<String> name = fields.nonBlankText("name", 255);
    Metadata.Change metadata = fields.metadata();
    call.useTransaction(
        db -> Permissions.requireSpaceManager(db, call.caller(), call.guid(), KIND));
    fields.done();
    Space updated =
        guarded(() ->
            call.inTransaction(db -> {
              Space before = locked(db, call);
              store.update(
                  db,
                  before.guid(),
                  name.orElse(before.name()),
                  before.sshAllowed(),
                  metadata.on(before.metadata()));
              Space after = store.find(db, before.guid()).orElseThrow();
              audit(db, call.caller(), "update", after);
              return after;
            }));
    return updated.body(call.links()).reply(200);
  }

  private static Space guarded(Supplier<Space> transaction) {
    return Taken.guard(
        "spaces_name",
        () -> CfError.Kind.UNPROCESSABLE_ENTITY.because("Name must be unique per organization"),
        transaction);
  }

  private Space locked(Handle db, Call call) {
    return store.findForUpdate(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
  }

  private Reply delete(Call call) {
    return jobs.accept(
        call,
        db -> {
          Space space = readable(db, call);
          Permissions.require(
              Permissions.managesOrganization(db, call.caller(), space.organizationGuid()));
          Permissions.requireActiveOrganization(db, call.caller(), space.organizationGuid());
          audit(db, call.caller(), "delete-request", space);
          return JobOrder.delete(DELETE, space.guid());
        });
  }

  private void deleteNow(Handle db, String guid) {
    if (store.findForUpdate(db, guid).isPresent()) {
      contents.forEach(some -> some.delete(db, guid));
      store.delete(db, guid);
    }
  }

  /** All spaces of an org, when it goes. */
  @Override
  public void delete(Handle db, String organizationGuid) {
    store.guidsIn(db, organizationGuid).forEach(guid -> deleteNow(db, guid));
  }

  private Reply features(Call call) {
    Space space = call.inTransaction(db -> readable(db, call));
    return Reply.ok(Map.of("resources", List.of(sshFeature(space))));
  }

  private Reply feature(Call call) {
    Space space = call.inTransaction(db -> readable(db, call));
    requireSsh(call);
    return Reply.ok(sshFeature(space));
  }

  private Reply setFeature(Call call) {
    Fields fields = call.fields();
    Optional<Boolean> enabled = fields.flag("enabled");
    if (enabled.isEmpty() && !fields.has("enabled")) {
      fields.fault("Enabled must be a boolean");
    }
    Space after =
        call.inTransaction(db -> {
          Permissions.requireSpaceManager(db, call.caller(), call.guid(), KIND);
          requireSsh(call);
          fields.done();
          Space before = locked(db, call);
          store.update(
              db,
              before.guid(),
              before.name(),
              enabled.orElse(before.sshAllowed()),
              before.metadata());
          return locked(db, call);
        });
    return Reply.ok(sshFeature(after));
  }

  private static void requireSsh(Call call) {
    if (!call.path("name").equals("ssh")) {
      throw Permissions.notFound("Feature");
    }
  }

  private static Map<String, Object> sshFeature(Space space) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("name", "ssh");
    body.put("description", "Enable SSHing into apps in the space.");
    body.put("enabled", space.sshAllowed());
    return body;
  }

  private static void audit(Handle db, Caller caller, String what, Space space) {
    AuditEvents.record(
        db,
        AuditEvents.Actor.of(caller),
        "audit.space." + what,
        new AuditEvents.Target(space.guid(), "space", space.name()),
        space.guid(),
        space.organizationGuid(),
        Map.of());
  }
}
