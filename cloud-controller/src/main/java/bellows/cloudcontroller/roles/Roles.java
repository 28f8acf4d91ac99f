package bellows.cloudcontroller.roles;

import bellows.base.ids.Ids;
import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.Included;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.Taken;
import bellows.cloudcontroller.audit.AuditEvents;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.flags.FeatureFlag;
import bellows.cloudcontroller.jobs.JobOrder;
import bellows.cloudcontroller.jobs.JobWork;
import bellows.cloudcontroller.jobs.Jobs;
import bellows.cloudcontroller.organizations.Organization;
import bellows.cloudcontroller.organizations.OrganizationStore;
import bellows.cloudcontroller.spaces.Space;
import bellows.cloudcontroller.spaces.SpaceStore;
import bellows.cloudcontroller.users.KnownUsers;
import bellows.cloudcontroller.users.User;
import bellows.cloudcontroller.users.UserDirectory;
import bellows.cloudcontroller.users.UserStore;
import bellows.cmdb.Database;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code /v3/roles}. */
public final class Roles implements Feature {
  private static final String DELETE = "role.delete";
  private static final String KIND = "Role";
  private static final String[] INCLUDES = {"user", "space", "organization"};
  private static final ListSpec LIST =
      ListSpec.of("types", "user_guids", "organization_guids", "space_guids").including(INCLUDES);

  private final Endpoints endpoints;
  private final Jobs jobs;
  private final Database database;
  private final UserDirectory directory;
  private final RoleStore store = new RoleStore();
  private final UserStore users = new UserStore();
  private final SpaceStore spaces = new SpaceStore();
  private final OrganizationStore organizations = new OrganizationStore();

  public Roles(Endpoints endpoints, Jobs jobs, Database database, UserDirectory directory) {
    this.endpoints = endpoints;
    this.jobs = jobs;
    this.database = database;
    this.directory = directory;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/roles", this::list),
        endpoints.post("/v3/roles", this::create),
        endpoints.get("/v3/roles/:guid", this::show),
        endpoints.delete("/v3/roles/:guid", this::delete));
  }

  @Override
  public Map<String, JobWork> jobs() {
    return Map.of(DELETE, JobWork.inTransaction(database, store::delete));
  }

  private Reply list(Call call) {
    ListQuery query = call.list(LIST);
    return call.inTransaction(db -> {
      Page<Role> page = store.list(db, call.caller(), query);
      return call.page(
          query,
          page,
          role -> role.body(call.links()),
          included(db, call, query.include(), page.items()));
    });
  }

  private Reply show(Call call) {
    return call.inTransaction(db -> {
      Role role = visible(db, call);
      return role.body(call.links())
          .reply(200, included(db, call, call.include(INCLUDES), List.of(role)));
    });
  }

  private List<Included> included(
      Handle db, Call call, Collection<String> include, List<Role> roles) {
    List<Included> included = new ArrayList<>();
    if (include.contains("user")) {
      List<String> guids = roles.stream().map(Role::userGuid).distinct().toList();
      included.add(Included.of("users", users.findAll(db, guids), user -> user.body(call.links())));
    }
    if (include.contains("space")) {
      List<String> guids =
          roles.stream().map(Role::spaceGuid).filter(Objects::nonNull).distinct().toList();
      included.add(
          Included.of("spaces", spaces.findAll(db, guids), space -> space.body(call.links())));
    }
    if (include.contains("organization")) {
      List<String> guids =
          roles.stream().map(Role::organizationGuid).filter(Objects::nonNull).distinct().toList();
      included.add(
          Included.of(
              "organizations",
              organizations.findAll(db, guids),
              organization -> organization.body(call.links())));
    }
    return included;
  }

  private Role visible(Handle db, Call call) {
    Role role = store.find(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
    if (role.spaceGuid() != null) {
      Permissions.requireReadableSpace(db, call.caller(), role.spaceGuid(), KIND);
    } else if (role.organizationGuid() != null) {
      Permissions.requireReadableOrganization(db, call.caller(), role.organizationGuid(), KIND);
    }
    return role;
  }

  private Reply create(Call call) {
    Fields fields = call.fields();
    Optional<String> typeName = fields.oneOf("type", RoleType.apiNames());
    if (typeName.isEmpty() && !fields.has("type")) {
      fields.fault("Type must be one of " + String.join(", ", RoleType.apiNames()));
    }
    Optional<Fields> user =
        fields
            .object("relationships")
            .flatMap(all -> all.object("user"))
            .flatMap(relationship -> relationship.object("data"));
    Optional<String> userGuid = user.flatMap(data -> data.text("guid", 200));
    Optional<String> username = user.flatMap(data -> data.text("username", 255));
    Optional<String> origin = user.flatMap(data -> data.text("origin", 255));
    if (userGuid.isPresent() == username.isPresent()) {
      fields.fault("Relationships user must have either a guid or a username");
    }
    Optional<String> organization = fields.relationship("organization");
    Optional<String> space = fields.relationship("space");
    if (organization.isPresent() == space.isPresent()) {
      fields.fault("Role must be associated with either an organization or a space");
    }
    typeName
        .filter(RoleType.apiNames()::contains)
        .map(RoleType::of)
        .filter(type -> type.ofOrganization() ? space.isPresent() : organization.isPresent())
        .ifPresent(type -> fields.fault("Role type does not fit the organization or space"));
    fields.done();
    RoleType type = RoleType.of(typeName.orElseThrow());
    // UAA is asked outside the transaction.
    Optional<UserDirectory.Entry> entry =
        username.isPresent()
            ? Optional.of(named(username.get(), origin))
            : directory.find(userGuid.orElseThrow());
    String guid = entry.map(UserDirectory.Entry::guid).orElseGet(userGuid::orElseThrow);
    Role role =
        call.inTransaction(db -> {
          requireMayAssign(db, call.caller(), type, organization, space);
          if (username.isPresent()) {
            FeatureFlag.SET_ROLES_BY_USERNAME.require(db, call.caller());
          }
          entry.ifPresent(known -> KnownUsers.remember(db, known));
          if (users.find(db, guid).isEmpty()) {
            throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "Invalid user. Ensure that the user exists and you have access to it.");
          }
          space.ifPresent(target -> requireInOrganization(db, guid, target));
          return new Role(
              Ids.uuid(),
              Instant.EPOCH,
              Instant.EPOCH,
              type,
              guid,
              organization.orElse(null),
              space.orElse(null));
        });
    return insert(call, role).body(call.links()).reply(201);
  }

  private Role insert(Call call, Role role) {
    return Taken.guard(
        "roles_once",
        () -> call.inTransaction(db -> alreadyHas(db, role)),
        () ->
            call.inTransaction(db -> {
              store.insert(db, role);
              audit(db, call.caller(), role, "add");
              return store.find(db, role.guid()).orElseThrow();
            }));
  }

  private CfError alreadyHas(Handle db, Role role) {
    String user =
        users.find(db, role.userGuid()).map(User::presentationName).orElse(role.userGuid());
    String where =
        role.spaceGuid() != null
            ? "space '" + spaces.find(db, role.spaceGuid()).map(Space::name).orElse("") + "'"
            : "organization '"
                + organizations
                    .find(db, String.valueOf(role.organizationGuid()))
                    .map(Organization::name)
                    .orElse("")
                + "'";
    return CfError.Kind.UNPROCESSABLE_ENTITY.because(
        "User '%s' already has '%s' role in %s.", user, role.type().apiName(), where);
  }

  private UserDirectory.Entry named(String username, Optional<String> origin) {
    List<UserDirectory.Entry> found =
        directory.named(username).stream()
            .filter(entry -> origin.isEmpty() || entry.origin().equals(origin.get()))
            .toList();
    if (found.isEmpty()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "No user exists with the username '%s'%s.",
          username, origin.map(name -> " and origin '" + name + "'").orElse(""));
    }
    if (found.size() > 1) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Ambiguous user. User with username '%s' exists in the following origins: %s. Specify an"
              + " origin to disambiguate.",
          username,
          found.stream()
              .map(UserDirectory.Entry::origin)
              .sorted()
              .collect(Collectors.joining(", ")));
    }
    return found.getFirst();
  }

  private void requireMayAssign(
      Handle db,
      Caller caller,
      RoleType type,
      Optional<String> organization,
      Optional<String> space) {
    if (type.ofOrganization()) {
      String guid = organization.orElseThrow();
      if (organizations.find(db, guid).isEmpty()
          || !Permissions.readsOrganization(db, caller, guid)) {
        throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
            "Invalid organization. Ensure that the organization exists and you have access to it.");
      }
      Permissions.requireOrganizationManager(db, caller, guid, "Organization");
    } else {
      String guid = space.orElseThrow();
      if (spaces.find(db, guid).isEmpty() || !Permissions.readsSpace(db, caller, guid)) {
        throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
            "Invalid space. Ensure that the space exists and you have access to it.");
      }
      Permissions.requireSpaceManager(db, caller, guid, "Space");
    }
  }

  private void requireInOrganization(Handle db, String userGuid, String spaceGuid) {
    String organization = spaces.find(db, spaceGuid).orElseThrow().organizationGuid();
    if (!store.inOrganization(db, userGuid, organization)) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Users cannot be assigned roles in a space if they do not have a role in that space's"
              + " organization.");
    }
  }

  private Reply delete(Call call) {
    return jobs.accept(
        call,
        db -> {
          Role role = visible(db, call);
          if (role.spaceGuid() != null) {
            Permissions.requireSpaceManager(db, call.caller(), role.spaceGuid(), KIND);
          } else {
            requireMayRemove(db, call.caller(), role, role.organizationGuid());
          }
          audit(db, call.caller(), role, "remove");
          return JobOrder.delete(DELETE, role.guid());
        });
  }

  private void requireMayRemove(
      Handle db, Caller caller, Role role, @Nullable String organizationGuid) {
    String organization = String.valueOf(organizationGuid);
    Permissions.requireOrganizationManager(db, caller, organization, KIND);
    if (role.type() == RoleType.ORGANIZATION_USER
        && store.inSpacesOf(db, role.userGuid(), organization)) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Cannot delete organization_user role while user has roles in spaces in that"
              + " organization.");
    }
  }

  private void audit(Handle db, Caller caller, Role role, String what) {
    String name =
        users.find(db, role.userGuid()).map(User::presentationName).orElse(role.userGuid());
    String type = "audit.user." + role.type().apiName() + "_" + what;
    AuditEvents.Target target = new AuditEvents.Target(role.userGuid(), "user", name);
    AuditEvents.Actor actor = AuditEvents.Actor.of(caller);
    if (role.spaceGuid() != null) {
      AuditEvents.recordInSpace(db, actor, type, target, role.spaceGuid(), Map.of());
    } else {
      AuditEvents.record(db, actor, type, target, null, role.organizationGuid(), Map.of());
    }
  }
}
