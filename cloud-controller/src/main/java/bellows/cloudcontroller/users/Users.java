package bellows.cloudcontroller.users;

import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.Taken;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.jobs.JobOrder;
import bellows.cloudcontroller.jobs.JobWork;
import bellows.cloudcontroller.jobs.Jobs;
import bellows.cmdb.Database;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v3/users}. A user is UAA's; here is only what roles refer to, made by this call, or with
 * the first role.
 */
public final class Users implements Feature {
  private static final String DELETE = "user.delete";
  private static final String KIND = "User";
  private static final ListSpec LIST =
      ListSpec.of("usernames", "partial_usernames", "origins").labelled();

  private final Endpoints endpoints;
  private final Jobs jobs;
  private final Database database;
  private final UserDirectory directory;
  private final UserStore store = new UserStore();

  public Users(Endpoints endpoints, Jobs jobs, Database database, UserDirectory directory) {
    this.endpoints = endpoints;
    this.jobs = jobs;
    this.database = database;
    this.directory = directory;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/users", this::list),
        endpoints.post("/v3/users", this::create),
        endpoints.get("/v3/users/:guid", this::show),
        endpoints.patch("/v3/users/:guid", this::update),
        endpoints.delete("/v3/users/:guid", this::delete));
  }

  @Override
  public Map<String, JobWork> jobs() {
    return Map.of(DELETE, JobWork.inTransaction(database, store::delete));
  }

  private Reply list(Call call) {
    ListQuery query = call.list(LIST);
    boolean named =
        query.values("usernames").isPresent() || query.values("partial_usernames").isPresent();
    if (query.values("origins").isPresent() && !named) {
      throw ListQuery.invalid(
          "Origins filter cannot be provided without usernames or partial_usernames filter.");
    }
    Page<User> page = call.inTransaction(db -> store.list(db, call.caller(), query));
    return call.page(query, page, user -> user.body(call.links()));
  }

  private Reply show(Call call) {
    return call.inTransaction(db -> visible(db, call)).body(call.links()).reply(200);
  }

  private User visible(Handle db, Call call) {
    return store
        .findVisible(db, call.caller(), call.guid())
        .orElseThrow(() -> Permissions.notFound(KIND));
  }

  private Reply create(Call call) {
    Permissions.requireAdmin(call.caller());
    Fields fields = call.fields();
    Optional<String> guid = fields.nonBlankText("guid", 200);
    Optional<String> username = fields.nonBlankText("username", 255);
    Optional<String> origin = fields.nonBlankText("origin", 255);
    Metadata.Change metadata = fields.metadata();
    if (guid.isPresent() == (username.isPresent() && origin.isPresent())) {
      fields.fault("Either a guid or a username and an origin must be given");
    }
    fields.done();
    // UAA is asked outside the transaction.
    UserDirectory.@Nullable Entry known =
        guid.isPresent()
            ? directory.find(guid.get()).orElse(null)
            : named(username.orElseThrow(), origin.orElseThrow());
    String id = known == null ? guid.orElseThrow() : known.guid();
    User created =
        Taken.guard(
            "users_pkey",
            () ->
                CfError.Kind.UNPROCESSABLE_ENTITY.because(
                    "User with guid '%s' already exists.", id),
            () ->
                call.inTransaction(db -> {
                  store.insert(
                      db,
                      id,
                      known == null ? null : known.username(),
                      known == null ? null : known.origin(),
                      metadata.on(Metadata.NONE));
                  return store.find(db, id).orElseThrow();
                }));
    return created.body(call.links()).reply(201);
  }

  private UserDirectory.Entry named(String username, String origin) {
    return directory.named(username).stream()
        .filter(entry -> entry.origin().equals(origin))
        .findFirst()
        .orElseThrow(() ->
            CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "No user exists with the username '%s' and origin '%s'.", username, origin));
  }

  private Reply update(Call call) {
    Permissions.requireAdmin(call.caller());
    Metadata.Change metadata = call.metadata();
    User after =
        call.inTransaction(db -> {
          User before = visible(db, call);
          store.setMetadata(db, before.guid(), metadata.on(before.metadata()));
          return visible(db, call);
        });
    return after.body(call.links()).reply(200);
  }

  private Reply delete(Call call) {
    Permissions.requireAdmin(call.caller());
    return jobs.accept(
        call,
        db -> {
          User user = visible(db, call);
          return JobOrder.delete(DELETE, user.guid());
        });
  }
}
