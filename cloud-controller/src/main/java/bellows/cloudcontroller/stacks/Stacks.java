package bellows.cloudcontroller.stacks;

import bellows.base.ids.Ids;
import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.Taken;
import bellows.cloudcontroller.api.Where;
import bellows.cloudcontroller.feature.Feature;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** {@code /v3/stacks}. Everyone sees them, only administrators change them. */
public final class Stacks implements Feature {
  private static final String KIND = "Stack";
  private static final ListSpec LIST = ListSpec.of("names", "default").ordered("name").labelled();

  private final Endpoints endpoints;
  private final StackStore store = new StackStore();

  public Stacks(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/stacks", this::list),
        endpoints.post("/v3/stacks", this::create),
        endpoints.get("/v3/stacks/:guid", this::show),
        endpoints.patch("/v3/stacks/:guid", this::update),
        endpoints.delete("/v3/stacks/:guid", this::delete));
  }

  private Reply list(Call call) {
    ListQuery query = call.list(LIST);
    Where where = Where.of(query, "s").in("s.name", query.values("names"));
    query.flag("default").ifPresent(value -> where.and("s.is_default = :%s", value));
    return call.page(
        query, call.inTransaction(db -> store.list(db, where)), stack -> stack.body(call.links()));
  }

  private Reply show(Call call) {
    return call.inTransaction(db -> find(db, call)).body(call.links()).reply(200);
  }

  private Stack find(Handle db, Call call) {
    return store.find(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
  }

  private Reply create(Call call) {
    Permissions.requireAdmin(call.caller());
    Fields fields = call.fields();
    String name = fields.requiredText("name", 250);
    Optional<String> description = fields.text("description", 250);
    Metadata.Change metadata = fields.metadata();
    fields.done();
    String guid = Ids.uuid();
    Stack created =
        Taken.guard(
            "stacks_name_key",
            () -> CfError.Kind.UNPROCESSABLE_ENTITY.because("Name must be unique"),
            () ->
                call.inTransaction(db -> {
                  store.insert(
                      db, guid, name, description.orElse(null), false, metadata.on(Metadata.NONE));
                  return store.find(db, guid).orElseThrow();
                }));
    return created.body(call.links()).reply(201);
  }

  private Reply update(Call call) {
    Permissions.requireAdmin(call.caller());
    Metadata.Change metadata = call.metadata();
    Stack after =
        call.inTransaction(db -> {
          Stack before = find(db, call);
          store.setMetadata(db, before.guid(), metadata.on(before.metadata()));
          return find(db, call);
        });
    return after.body(call.links()).reply(200);
  }

  private Reply delete(Call call) {
    Permissions.requireAdmin(call.caller());
    call.useTransaction(db -> {
      Stack stack = find(db, call);
      if (stack.isDefault() || store.inUse(db, stack.name())) {
        throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
            "Cannot delete stack '%s' because apps are currently using the stack.", stack.name());
      }
      store.delete(db, stack.guid());
    });
    return Reply.empty(204);
  }
}
