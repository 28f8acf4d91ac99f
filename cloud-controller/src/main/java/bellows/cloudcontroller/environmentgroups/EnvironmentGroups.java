package bellows.cloudcontroller.environmentgroups;

import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.ResourceBody;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.environment.EnvironmentSeal;
import bellows.cloudcontroller.feature.Feature;
import bellows.http.Reply;
import bellows.http.Route;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code /v3/environment_variable_groups/running} and {@code /staging}. */
public final class EnvironmentGroups implements Feature {
  private static final int MAX_CHARS = 64 * 1024;

  private record Group(String name, Instant updatedAt, Map<String, String> variables) {}

  private final Endpoints endpoints;
  private final EnvironmentSeal seal;

  public EnvironmentGroups(Endpoints endpoints, EnvironmentSeal seal) {
    this.endpoints = endpoints;
    this.seal = seal;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/environment_variable_groups/:name", this::show),
        endpoints.patch("/v3/environment_variable_groups/:name", this::update));
  }

  private Reply show(Call call) {
    return body(call, call.inTransaction(db -> find(db, call.path("name"))));
  }

  private static Reply body(Call call, Group group) {
    return ResourceBody.bare(call.links())
        .put("name", group.name())
        .put("updated_at", Timestamps.text(group.updatedAt()))
        .put("var", group.variables())
        .link("self", "/v3/environment_variable_groups/%s", group.name())
        .reply(200);
  }

  private Group find(Handle db, String name) {
    return db.createQuery("select * from environment_groups where name = :name for update")
        .bind("name", name)
        .map((row, _) ->
            new Group(
                row.getString("name"),
                Timestamps.column(row, "updated_at"),
                seal.open(row.getBytes("var_secret"))))
        .findOne()
        .orElseThrow(() -> Permissions.notFound("Environment variable group"));
  }

  private Reply update(Call call) {
    Permissions.requireAdmin(call.caller());
    Fields fields = call.fields();
    Map<String, @Nullable String> changes = changes(fields);
    fields.done();
    Group after =
        call.inTransaction(db -> {
          Group before = find(db, call.path("name"));
          Map<String, String> variables = new LinkedHashMap<>(before.variables());
          changes.forEach((name, value) -> {
            if (value == null) {
              variables.remove(name);
            } else {
              variables.put(name, value);
            }
          });
          save(db, before.name(), variables);
          return find(db, before.name());
        });
    return body(call, after);
  }

  private static Map<String, @Nullable String> changes(Fields fields) {
    Map<String, @Nullable String> changes = new HashMap<>();
    Optional<Fields> var = fields.object("var");
    if (var.isEmpty()) {
      fields.fault("Var must be an object");
      return changes;
    }
    for (String name : var.get().names()) {
      if (name.isEmpty() || name.contains("=") || name.equals("PORT")) {
        fields.fault("Var cannot contain '" + name + "'");
      }
      if (name.startsWith("VCAP_") || name.startsWith("VMC_")) {
        fields.fault("Var cannot start with VCAP_ or VMC_");
      }
      changes.put(name, var.get().text(name, MAX_CHARS).orElse(null));
    }
    return changes;
  }

  private void save(Handle db, String name, Map<String, String> variables) {
    db.createUpdate(
            """
            update environment_groups set var_secret = :sealed, updated_at = now()
            where name = :name\
            """)
        .bind("name", name)
        .bind("sealed", seal.seal(variables))
        .execute();
  }
}
