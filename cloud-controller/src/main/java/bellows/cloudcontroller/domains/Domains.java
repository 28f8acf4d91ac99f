package bellows.cloudcontroller.domains;

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
import bellows.cloudcontroller.api.Relationship;
import bellows.cloudcontroller.api.Taken;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.flags.FeatureFlag;
import bellows.cloudcontroller.jobs.JobOrder;
import bellows.cloudcontroller.jobs.JobWork;
import bellows.cloudcontroller.jobs.Jobs;
import bellows.cloudcontroller.organizations.OrganizationContents;
import bellows.cloudcontroller.organizations.OrganizationStore;
import bellows.cloudcontroller.routergroups.RouterGroup;
import bellows.cmdb.Database;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code /v3/domains}, and those of an org. */
public final class Domains implements Feature, OrganizationContents {
  private static final String DELETE = "domain.delete";
  private static final String KIND = "Domain";
  private static final ListSpec LIST =
      ListSpec.of("names", "organization_guids").ordered("name").labelled();

  private final Endpoints endpoints;
  private final Jobs jobs;
  private final Database database;
  private final PlatformNames platform;
  private final DomainContents contents;
  private final @Nullable RouterGroup tcp;
  private final DomainStore store = new DomainStore();
  private final OrganizationStore organizations = new OrganizationStore();

  /**
   * @param tcp the router group that domains may belong to; null for none
   */
  public Domains(
      Endpoints endpoints,
      Jobs jobs,
      Database database,
      PlatformNames platform,
      DomainContents contents,
      @Nullable RouterGroup tcp) {
    this.endpoints = endpoints;
    this.jobs = jobs;
    this.database = database;
    this.platform = platform;
    this.contents = contents;
    this.tcp = tcp;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/domains", this::list),
        endpoints.post("/v3/domains", this::create),
        endpoints.get("/v3/domains/:guid", this::show),
        endpoints.patch("/v3/domains/:guid", this::update),
        endpoints.delete("/v3/domains/:guid", this::delete),
        endpoints.get("/v3/domains/:guid/relationships/shared_organizations", this::shares),
        endpoints.post("/v3/domains/:guid/relationships/shared_organizations", this::share),
        endpoints.delete(
            "/v3/domains/:guid/relationships/shared_organizations/:organization", this::unshare),
        endpoints.get("/v3/organizations/:guid/domains", this::listOfOrganization),
        endpoints.get("/v3/organizations/:guid/domains/default", this::defaultOfOrganization));
  }

  @Override
  public Map<String, JobWork> jobs() {
    return Map.of(DELETE, JobWork.inTransaction(database, this::deleteNow));
  }

  private Reply list(Call call) {
    ListQuery query = call.list(LIST);
    Page<Domain> page = call.inTransaction(db -> store.list(db, call.caller(), query));
    return call.page(query, page, domain -> domain.body(call.links()));
  }

  private Reply listOfOrganization(Call call) {
    ListQuery query = call.list(LIST);
    Page<Domain> page =
        call.inTransaction(db -> {
          requireOrganization(db, call);
          return store.listUsable(db, call.guid(), query);
        });
    return call.page(query, page, domain -> domain.body(call.links()));
  }

  private Reply defaultOfOrganization(Call call) {
    Domain domain =
        call.inTransaction(db -> {
          requireOrganization(db, call);
          return store.findDefault(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
        });
    return domain.body(call.links()).reply(200);
  }

  private void requireOrganization(Handle db, Call call) {
    Permissions.requireReadableOrganization(db, call.caller(), call.guid(), "Organization");
    if (organizations.find(db, call.guid()).isEmpty()) {
      throw Permissions.notFound("Organization");
    }
  }

  private Reply show(Call call) {
    return call.inTransaction(db -> visible(db, call)).body(call.links()).reply(200);
  }

  private Domain visible(Handle db, Call call) {
    return store
        .findVisible(db, call.caller(), call.guid())
        .orElseThrow(() -> Permissions.notFound(KIND));
  }

  private Reply create(Call call) {
    Fields fields = call.fields();
    String name = DomainName.normal(fields.requiredText("name", 1000));
    if (!name.isEmpty()) {
      DomainName.fault(name).ifPresent(fields::fault);
    }
    boolean internal = fields.flag("internal").orElse(false);
    Optional<String> routerGroup =
        fields.object("router_group").map(group -> group.requiredText("guid", 200));
    Optional<String> organization = fields.relationship("organization");
    List<String> sharedWith =
        fields
            .object("relationships")
            .flatMap(all -> all.object("shared_organizations"))
            .map(Fields::dataList)
            .orElse(List.of());
    Metadata.Change metadata = fields.metadata();
    if (organization.isPresent() && internal) {
      fields.fault("Internal domains cannot be associated with an organization");
    }
    if (organization.isEmpty() && !sharedWith.isEmpty()) {
      fields.fault("Only a domain of an organization can be shared with organizations");
    }
    if (routerGroup.isPresent() && organization.isPresent()) {
      fields.fault("Domains scoped to an organization cannot be associated to a router group.");
    }
    if (routerGroup.isPresent() && internal) {
      fields.fault("Internal domains cannot be associated to a router group.");
    }
    fields.done();
    if (routerGroup.isPresent() && (tcp == null || !routerGroup.get().equals(RouterGroup.GUID))) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Router group with guid '%s' not found.", routerGroup.get());
    }
    String guid = Ids.uuid();
    Domain created =
        Taken.guard(
            "domains_name_key",
            () ->
                CfError.Kind.UNPROCESSABLE_ENTITY.because(
                    "The domain name \"%s\" is already in use", name),
            () ->
                call.inTransaction(db -> {
                  requireMayCreate(db, call.caller(), name, organization);
                  store.insert(
                      db,
                      guid,
                      name,
                      internal,
                      organization.orElse(null),
                      routerGroup.orElse(null),
                      metadata.on(Metadata.NONE));
                  shareWith(db, call.caller(), guid, sharedWith);
                  return store.find(db, guid).orElseThrow();
                }));
    return created.body(call.links()).reply(201);
  }

  private void requireMayCreate(
      Handle db, Caller caller, String name, Optional<String> organization) {
    if (organization.isEmpty()) {
      Permissions.requireAdmin(caller);
    } else {
      String guid = organization.get();
      if (organizations.find(db, guid).isEmpty()
          || !Permissions.readsOrganization(db, caller, guid)) {
        throw invalidOrganization(guid);
      }
      Permissions.requireOrganizationManager(db, caller, guid, "Organization");
      FeatureFlag.PRIVATE_DOMAIN_CREATION.require(db, caller);
    }
    if (platform.reserves(name)) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "The domain name \"%s\" is reserved by the platform", name);
    }
    // Else one tenant could take names that belong to another's domain.
    List<String> others = store.overlapping(db, name, organization.orElse(null));
    if (!others.isEmpty()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "The domain name \"%s\" cannot be created because \"%s\" is already reserved by another"
              + " domain",
          name, others.getFirst());
    }
  }

  private static CfError invalidOrganization(String guid) {
    return CfError.Kind.UNPROCESSABLE_ENTITY.because(
        "Organization with guid '%s' does not exist or you do not have access to it.", guid);
  }

  private Reply update(Call call) {
    Fields fields = call.fields();
    Metadata.Change metadata = fields.metadata();
    Domain after =
        call.inTransaction(db -> {
          Domain before = visible(db, call);
          requireOwner(db, call.caller(), before);
          fields.done();
          store.setMetadata(db, before.guid(), metadata.on(before.metadata()));
          return visible(db, call);
        });
    return after.body(call.links()).reply(200);
  }

  private static void requireOwner(Handle db, Caller caller, Domain domain) {
    if (domain.organizationGuid() == null) {
      Permissions.requireAdmin(caller);
    } else {
      Permissions.require(Permissions.managesOrganization(db, caller, domain.organizationGuid()));
      Permissions.requireActiveOrganization(db, caller, domain.organizationGuid());
    }
  }

  private Reply delete(Call call) {
    return jobs.accept(
        call,
        db -> {
          Domain domain = visible(db, call);
          requireOwner(db, call.caller(), domain);
          if (!domain.sharedWith().isEmpty()) {
            throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "This domain is shared with other organizations. Unshare before deleting.");
          }
          return JobOrder.delete(DELETE, domain.guid());
        });
  }

  private void deleteNow(Handle db, String guid) {
    contents.deleteUnder(db, guid);
    store.delete(db, guid);
  }

  /** The org's own domains, when it goes; others may have routes under a shared one. */
  @Override
  public void delete(Handle db, String organizationGuid) {
    db.createQuery("select guid from domains where organization_guid = :organization")
        .bind("organization", organizationGuid)
        .mapTo(String.class)
        .list()
        .forEach(guid -> deleteNow(db, guid));
  }

  private Reply shares(Call call) {
    Domain domain = call.inTransaction(db -> visible(db, call));
    return Reply.ok(Relationship.many(domain.sharedWith()));
  }

  private Reply share(Call call) {
    Fields fields = call.fields();
    List<String> guids = fields.dataList();
    Domain after =
        call.inTransaction(db -> {
          Domain domain = visible(db, call);
          requireOwner(db, call.caller(), domain);
          fields.done();
          if (domain.organizationGuid() == null) {
            throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "Domains can not be shared with other organizations unless they are scoped to"
                    + " an organization.");
          }
          if (guids.contains(domain.organizationGuid())) {
            throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "Domain cannot be shared with owning organization");
          }
          shareWith(db, call.caller(), domain.guid(), guids);
          return visible(db, call);
        });
    return Reply.ok(Relationship.many(after.sharedWith()));
  }

  private void shareWith(Handle db, Caller caller, String guid, List<String> guids) {
    for (String organization : guids) {
      if (organizations.find(db, organization).isEmpty()
          || !Permissions.readsOrganization(db, caller, organization)) {
        throw invalidOrganization(organization);
      }
      Permissions.require(Permissions.managesOrganization(db, caller, organization));
    }
    store.share(db, guid, guids);
  }

  private Reply unshare(Call call) {
    String organization = call.path("organization");
    call.useTransaction(db -> {
      Domain domain = visible(db, call);
      boolean owner =
          domain.organizationGuid() != null
              && Permissions.managesOrganization(db, call.caller(), domain.organizationGuid());
      Permissions.require(
          owner || Permissions.managesOrganization(db, call.caller(), organization));
      if (!store.unshare(db, domain.guid(), organization)) {
        throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
            "Unable to unshare domain from organization with name or guid '%s'. Ensure the"
                + " domain is shared to this organization.",
            organization);
      }
    });
    return Reply.empty(204);
  }
}
