package bellows.cloudcontroller.apps;

import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.feature.Feature;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The switches of an app, and what the caller may see of it. */
public final class AppFeaturesFeature implements Feature {
  private static final String SSH = "ssh";
  private static final String REVISIONS = "revisions";
  private static final Map<String, String> DESCRIPTIONS = new LinkedHashMap<>();

  static {
    DESCRIPTIONS.put(SSH, "Enable SSHing into the app.");
    DESCRIPTIONS.put(REVISIONS, "Enable versioning of an application");
    DESCRIPTIONS.put(
        "file-based-vcap-services", "Enable file-based VCAP service bindings for the app");
    DESCRIPTIONS.put("service-binding-k8s", "Enable k8s service bindings for the app");
  }

  private final Endpoints endpoints;
  private final AppAccess access;
  private final AppStore apps;

  public AppFeaturesFeature(Endpoints endpoints, AppStore apps) {
    this.endpoints = endpoints;
    this.access = new AppAccess(apps);
    this.apps = apps;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/apps/:guid/features", this::list),
        endpoints.get("/v3/apps/:guid/features/:name", this::show),
        endpoints.patch("/v3/apps/:guid/features/:name", this::update),
        endpoints.get("/v3/apps/:guid/ssh_enabled", this::sshEnabled),
        endpoints.get("/v3/apps/:guid/permissions", this::permissions));
  }

  private Reply list(Call call) {
    App app = readable(call);
    return Reply.ok(
        Map.of(
            "resources",
            DESCRIPTIONS.keySet().stream().map(name -> body(app, name)).toList(),
            "pagination",
            Map.of()));
  }

  private Reply show(Call call) {
    String name = known(call);
    return Reply.ok(body(readable(call), name));
  }

  private Reply update(Call call) {
    String name = known(call);
    Fields fields = call.fields();
    Optional<Boolean> enabled = fields.flag("enabled");
    if (enabled.isEmpty()) {
      fields.fault("Enabled must be a boolean");
    }
    fields.done();
    boolean on = enabled.orElse(false);
    App after =
        call.inTransaction(db -> {
          App app = access.changeable(db, call.caller(), call.guid());
          if (!name.equals(SSH) && !name.equals(REVISIONS) && on) {
            throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "The feature '%s' is not supported by this platform", name);
          }
          apps.setFeatures(
              db,
              app.guid(),
              name.equals(SSH) ? on : app.sshEnabled(),
              name.equals(REVISIONS) ? on : app.revisionsEnabled());
          return apps.find(db, app.guid()).orElseThrow();
        });
    return Reply.ok(body(after, name));
  }

  private Reply sshEnabled(Call call) {
    return call.inTransaction(db -> {
      App app = access.readable(db, call.caller(), call.guid());
      boolean space =
          db.createQuery("select ssh_allowed from spaces where guid = :space")
              .bind("space", app.space())
              .mapTo(Boolean.class)
              .one();
      String reason = !space ? "Disabled for space" : app.sshEnabled() ? "" : "Disabled for app";
      return Reply.ok(Map.of("enabled", space && app.sshEnabled(), "reason", reason));
    });
  }

  private Reply permissions(Call call) {
    return call.inTransaction(db -> {
      App app = access.readable(db, call.caller(), call.guid());
      return Reply.ok(
          Map.of(
              "read_basic_data",
              true,
              "read_sensitive_data",
              Permissions.readsSecrets(db, call.caller(), app.space())));
    });
  }

  private App readable(Call call) {
    return call.inTransaction(db -> access.readable(db, call.caller(), call.guid()));
  }

  private static String known(Call call) {
    String name = call.path("name");
    if (!DESCRIPTIONS.containsKey(name)) {
      throw Permissions.notFound("Feature");
    }
    return name;
  }

  private static Map<String, Object> body(App app, String name) {
    boolean enabled =
        switch (name) {
          case SSH -> app.sshEnabled();
          case REVISIONS -> app.revisionsEnabled();
          default -> false;
        };
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("name", name);
    body.put("description", DESCRIPTIONS.getOrDefault(name, ""));
    body.put("enabled", enabled);
    return body;
  }
}
