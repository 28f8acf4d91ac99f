package bellows.cloudcontroller.manifests;

import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.apps.App;
import bellows.cloudcontroller.apps.AppAccess;
import bellows.cloudcontroller.apps.AppStore;
import bellows.cloudcontroller.apps.ProcessStore;
import bellows.cloudcontroller.environment.EnvironmentSeal;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.jobs.JobOrder;
import bellows.cloudcontroller.jobs.JobWork;
import bellows.cloudcontroller.jobs.Jobs;
import bellows.cloudcontroller.routes.RouteRegistry;
import bellows.http.Reply;
import bellows.http.Route;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Applies, compares and writes manifests. */
public final class ManifestsFeature implements Feature {
  private static final String APPLY = "space.apply_manifest";

  private final Endpoints endpoints;
  private final AppStore apps;
  private final AppAccess access;
  private final ProcessStore processes;
  private final RouteRegistry routes;
  private final EnvironmentSeal seal;
  private final ManifestApplier applier;
  private final Jobs jobs;

  public ManifestsFeature(
      Endpoints endpoints,
      AppStore apps,
      ProcessStore processes,
      RouteRegistry routes,
      EnvironmentSeal seal,
      ManifestApplier applier,
      Jobs jobs) {
    this.endpoints = endpoints;
    this.apps = apps;
    this.access = new AppAccess(apps);
    this.processes = processes;
    this.routes = routes;
    this.seal = seal;
    this.applier = applier;
    this.jobs = jobs;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.post("/v3/spaces/:guid/actions/apply_manifest", this::apply),
        endpoints.post("/v3/spaces/:guid/manifest_diff", this::diff),
        endpoints.get("/v3/apps/:guid/manifest", this::show));
  }

  @Override
  public Map<String, JobWork> jobs() {
    return Map.of(APPLY, job -> apply(job.work(Work.class)));
  }

  /**
   * What the job has to do, on behalf of whom.
   *
   * @param manifest as sent
   */
  record Work(Caller caller, String space, String manifest) {}

  private void apply(Work work) {
    applier.apply(
        work.caller(),
        work.space(),
        ManifestParser.parse(work.manifest().getBytes(StandardCharsets.UTF_8)));
  }

  private Reply apply(Call call) {
    byte[] body = call.request().body(ManifestYaml.LIMIT);
    return jobs.accept(
        call,
        db -> {
          Permissions.requireDeveloper(db, call.caller(), call.guid(), "Space");
          List<ManifestApp> manifest = ManifestParser.parse(body);
          applier.prepare(db, call.caller(), call.guid(), manifest);
          return new JobOrder(
              APPLY,
              "space",
              call.guid(),
              new Work(call.caller(), call.guid(), new String(body, StandardCharsets.UTF_8)));
        });
  }

  private Reply diff(Call call) {
    byte[] body = call.request().body(ManifestYaml.LIMIT);
    List<Map<String, Object>> changes =
        call.inTransaction(db -> {
          Permissions.requireDeveloper(db, call.caller(), call.guid(), "Space");
          Map<String, Object> top = ManifestYaml.read(body);
          List<ManifestApp> manifest = ManifestParser.parse(top);
          List<Map<String, Object>> all = new ArrayList<>();
          for (int i = 0; i < manifest.size(); i++) {
            Map<String, Object> current =
                apps.byName(db, call.guid(), manifest.get(i).name())
                    .map(app -> export(db, app))
                    .orElseGet(Map::of);
            all.addAll(ManifestDiff.of(sent(top, i), current, i));
          }
          return all;
        });
    return Reply.json(201, Map.of("diff", changes));
  }

  /** The parser has made sure that it is a mapping. */
  private static Map<String, Object> sent(Map<String, Object> top, int position) {
    return top.get("applications") instanceof List<?> list
            && list.get(position) instanceof Map<?, ?> map
        ? ManifestYaml.stringKeys(map)
        : Map.of();
  }

  private Reply show(Call call) {
    Map<String, Object> exported =
        call.inTransaction(db -> {
          App app = access.readableSecrets(db, call.caller(), call.guid());
          return export(db, app);
        });
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("applications", List.of(exported));
    return Reply.text(200, "application/x-yaml", ManifestYaml.write(manifest));
  }

  private Map<String, Object> export(Handle db, App app) {
    return ManifestExport.application(
        app,
        seal.open(apps.sealedEnvironment(db, app.guid())),
        routes.ofApp(db, app.guid()),
        processes.of(db, app.guid()));
  }
}
