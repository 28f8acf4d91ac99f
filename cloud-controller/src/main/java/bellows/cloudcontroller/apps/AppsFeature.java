package bellows.cloudcontroller.apps;

import bellows.base.ids.Ids;
import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.Included;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.environment.EnvironmentSeal;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.jobs.JobOrder;
import bellows.cloudcontroller.jobs.JobWork;
import bellows.cloudcontroller.jobs.Jobs;
import bellows.cloudcontroller.sleep.SleepPolicy;
import bellows.cloudcontroller.spaces.SpaceIncludes;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** {@code /v3/apps}: create, read, change, start, stop, restart, delete. */
public final class AppsFeature implements Feature {
  private static final int LONGEST_NAME = 255;

  private final Endpoints endpoints;
  private final AppAccess access;
  private final AppStore apps;
  private final ProcessStore processes;
  private final AppLifecycle lifecycle;
  private final LifecycleFields lifecycleFields;
  private final EnvironmentSeal seal;
  private final Jobs jobs;
  private final AppDeletion deletion;
  private final SpaceIncludes spaceIncludes = new SpaceIncludes();

  public AppsFeature(
      Endpoints endpoints,
      AppStore apps,
      ProcessStore processes,
      AppLifecycle lifecycle,
      EnvironmentSeal seal,
      Jobs jobs,
      AppDeletion deletion) {
    this.endpoints = endpoints;
    this.access = new AppAccess(apps);
    this.apps = apps;
    this.processes = processes;
    this.lifecycle = lifecycle;
    this.lifecycleFields = new LifecycleFields(apps);
    this.seal = seal;
    this.jobs = jobs;
    this.deletion = deletion;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/apps", this::list),
        endpoints.post("/v3/apps", this::create),
        endpoints.get("/v3/apps/:guid", this::show),
        endpoints.patch("/v3/apps/:guid", this::update),
        endpoints.delete("/v3/apps/:guid", this::delete),
        endpoints.post("/v3/apps/:guid/actions/start", call -> act(call, lifecycle::start)),
        endpoints.post("/v3/apps/:guid/actions/stop", call -> act(call, lifecycle::stop)),
        endpoints.post("/v3/apps/:guid/actions/restart", call -> act(call, lifecycle::restart)),
        endpoints.post("/v3/apps/:guid/actions/clear_buildpack_cache", this::clearBuildpackCache));
  }

  @Override
  public Map<String, JobWork> jobs() {
    return Map.of(
        AppDeletion.OPERATION,
        JobWork.on(deletion::delete),
        AppDeletion.CLEAR_CACHE,
        JobWork.on(deletion::clearBuildCache));
  }

  private Reply list(Call call) {
    ListQuery query = call.list(AppStore.LIST);
    return call.inTransaction(db -> {
      Page<App> page = apps.page(db, query, call.caller());
      return call.page(
          query,
          page,
          app -> AppPresenter.body(app, call.links()),
          included(db, call, query.include(), page.items()));
    });
  }

  private List<Included> included(
      Handle db, Call call, Collection<String> include, List<App> found) {
    return spaceIncludes.of(db, call, include, found.stream().map(App::space).toList());
  }

  private Reply show(Call call) {
    Set<String> include = call.include(SpaceIncludes.SPACE, SpaceIncludes.SPACE_ORGANIZATION);
    return call.inTransaction(db -> {
      App app = access.readable(db, call.caller(), call.guid());
      return AppPresenter.body(app, call.links())
          .reply(200, included(db, call, include, List.of(app)));
    });
  }

  private Reply create(Call call) {
    Fields fields = call.fields();
    String name = fields.requiredText("name", LONGEST_NAME);
    String space = fields.requiredRelationship("space");
    LifecycleFields.Wish wish = lifecycleFields.read(fields);
    Map<String, String> variables = EnvironmentFields.created(fields, "environment_variables");
    Metadata.Change metadata = fields.metadata();
    fields.done();
    SleepPolicy.check(metadata);
    App created =
        call.inTransaction(db -> {
          if (!Permissions.readsSpace(db, call.caller(), space)) {
            throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "Invalid space. Ensure that the space exists and you have access to it.");
          }
          Permissions.requireDeveloper(db, call.caller(), space, "Space");
          return create(db, name, space, wish, variables, metadata.on(Metadata.NONE));
        });
    call.useTransaction(db ->
        AppEvents.record(
            db, call.caller(), created, "create", Map.of("request", Map.of("name", name))));
    return AppPresenter.body(created, call.links()).reply(201);
  }

  private App create(
      Handle db,
      String name,
      String space,
      LifecycleFields.Wish wish,
      Map<String, String> variables,
      Metadata metadata) {
    String guid = Ids.uuid();
    apps.insert(
        db,
        guid,
        name,
        space,
        wish.buildpacks().orElse(List.of()),
        lifecycleFields.stack(db, wish, apps.defaultStack(db)),
        seal.seal(variables),
        metadata);
    processes.create(db, guid, AppProcess.WEB);
    return apps.find(db, guid).orElseThrow();
  }

  private Reply update(Call call) {
    Fields fields = call.fields();
    Optional<String> name = fields.nonBlankText("name", LONGEST_NAME);
    LifecycleFields.Wish wish = lifecycleFields.read(fields);
    Metadata.Change metadata = fields.metadata();
    fields.done();
    SleepPolicy.check(metadata);
    App updated =
        call.inTransaction(db -> {
          App app = access.changeable(db, call.caller(), call.guid());
          apps.update(
              db,
              app.guid(),
              name.orElse(app.name()),
              wish.buildpacks().orElse(app.buildpacks()),
              lifecycleFields.stack(db, wish, app.stack()),
              metadata.on(app.metadata()));
          Map<String, Object> request = new LinkedHashMap<>();
          name.ifPresent(changed -> request.put("name", changed));
          AppEvents.record(db, call.caller(), app, "update", Map.of("request", request));
          return apps.find(db, app.guid()).orElseThrow();
        });
    return AppPresenter.body(updated, call.links()).reply(200);
  }

  /** One of start, stop, restart. */
  @FunctionalInterface
  private interface Action {
    App apply(Handle db, Caller caller, App app);
  }

  private Reply act(Call call, Action action) {
    App app =
        call.inTransaction(
            db -> action.apply(db, call.caller(), access.operable(db, call.caller(), call.guid())));
    return AppPresenter.body(app, call.links()).reply(200);
  }

  private Reply delete(Call call) {
    return jobs.accept(
        call,
        db -> {
          App app =
              apps.findForUpdate(db, call.guid()).orElseThrow(() -> Permissions.notFound("App"));
          Permissions.requireDeveloper(db, call.caller(), app.space(), "App");
          if (!app.deleting()) {
            apps.markDeleting(db, app.guid());
            AppEvents.record(db, call.caller(), app, "delete-request", Map.of());
            lifecycle.changedAfterCommit(db);
          }
          return JobOrder.delete(AppDeletion.OPERATION, app.guid());
        });
  }

  private Reply clearBuildpackCache(Call call) {
    return jobs.accept(
        call,
        db -> {
          App app = access.changeable(db, call.caller(), call.guid());
          return JobOrder.delete(AppDeletion.CLEAR_CACHE, app.guid());
        });
  }
}
