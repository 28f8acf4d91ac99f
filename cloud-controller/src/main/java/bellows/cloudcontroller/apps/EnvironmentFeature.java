package bellows.cloudcontroller.apps;

import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.environment.AppFacts;
import bellows.cloudcontroller.environment.EnvironmentSeal;
import bellows.cloudcontroller.environment.EnvironmentStore;
import bellows.cloudcontroller.environment.VcapApplication;
import bellows.cloudcontroller.feature.Feature;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An app's environment: what its people set, and what the platform adds. */
public final class EnvironmentFeature implements Feature {
  private final Endpoints endpoints;
  private final AppAccess access;
  private final AppStore apps;
  private final EnvironmentSeal seal;
  private final EnvironmentStore environments;
  private final VcapApplication vcapApplication;

  public EnvironmentFeature(
      Endpoints endpoints, AppStore apps, EnvironmentSeal seal, VcapApplication vcapApplication) {
    this.endpoints = endpoints;
    this.access = new AppAccess(apps);
    this.apps = apps;
    this.seal = seal;
    this.environments = new EnvironmentStore(seal);
    this.vcapApplication = vcapApplication;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/apps/:guid/env", this::showAll),
        endpoints.get("/v3/apps/:guid/environment_variables", this::show),
        endpoints.patch("/v3/apps/:guid/environment_variables", this::update));
  }

  private Reply showAll(Call call) {
    return call.inTransaction(db -> {
      App app = access.readableSecrets(db, call.caller(), call.guid());
      AppFacts facts = environments.facts(db, app.guid()).orElseThrow();
      AppEvents.record(db, call.caller(), app, "environment.show", Map.of());
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("environment_variables", seal.open(apps.sealedEnvironment(db, app.guid())));
      body.put("staging_env_json", environments.group(db, "staging"));
      body.put("running_env_json", environments.group(db, "running"));
      body.put("system_env_json", Map.of("VCAP_SERVICES", Map.of()));
      body.put(
          "application_env_json", Map.of("VCAP_APPLICATION", vcapApplication.ofApp(facts, null)));
      return Reply.ok(body);
    });
  }

  private Reply show(Call call) {
    return call.inTransaction(db -> {
      App app = access.readableSecrets(db, call.caller(), call.guid());
      AppEvents.record(db, call.caller(), app, "environment_variables.show", Map.of());
      return body(call.links(), app, seal.open(apps.sealedEnvironment(db, app.guid())));
    });
  }

  /** Merges; takes effect with the next restart. */
  private Reply update(Call call) {
    Fields fields = call.fields();
    Map<String, @Nullable String> change = EnvironmentFields.changed(fields, "var");
    fields.done();
    return call.inTransaction(db -> {
      App app = access.changeable(db, call.caller(), call.guid());
      Map<String, String> variables =
          merged(seal.open(apps.sealedEnvironment(db, app.guid())), change);
      apps.setSealedEnvironment(db, app.guid(), seal.seal(variables));
      AppEvents.record(
          db,
          call.caller(),
          app,
          "update",
          Map.of("request", Map.of("environment_variables", "[PRIVATE DATA HIDDEN]")));
      return body(call.links(), app, variables);
    });
  }

  /** The variables after a change; null values remove. */
  public static Map<String, String> merged(
      Map<String, String> before, Map<String, @Nullable String> change) {
    Map<String, String> after = new LinkedHashMap<>(before);
    change.forEach((name, value) -> {
      if (value == null) {
        after.remove(name);
      } else {
        after.put(name, value);
      }
    });
    return after;
  }

  private static Reply body(Links links, App app, Map<String, String> variables) {
    return Reply.ok(
        Map.of(
            "var",
            variables,
            "links",
            Map.of(
                "self",
                links.link("/v3/apps/%s/environment_variables", app.guid()),
                "app",
                links.link("/v3/apps/%s", app.guid()))));
  }
}
