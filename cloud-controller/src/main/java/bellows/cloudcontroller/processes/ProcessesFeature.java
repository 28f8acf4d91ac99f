package bellows.cloudcontroller.processes;

import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.ResourceBody;
import bellows.cloudcontroller.apps.App;
import bellows.cloudcontroller.apps.AppAccess;
import bellows.cloudcontroller.apps.AppEvents;
import bellows.cloudcontroller.apps.AppLifecycle;
import bellows.cloudcontroller.apps.AppProcess;
import bellows.cloudcontroller.apps.AppStore;
import bellows.cloudcontroller.apps.MemoryQuota;
import bellows.cloudcontroller.apps.ProcessChange;
import bellows.cloudcontroller.apps.ProcessStore;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.flags.FeatureFlag;
import bellows.cloudcontroller.placements.PlacementReconciler;
import bellows.cloudcontroller.placements.RunningInstances;
import bellows.cloudcontroller.sleep.SleepPolicy;
import bellows.contracts.dea.FoundInstance;
import bellows.contracts.ids.ProcessGuid;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code /v3/processes}, and the same below {@code /v3/apps/:guid/processes/:type}. */
public final class ProcessesFeature implements Feature {
  private static final String KIND = "Process";
  private static final String EMBED = "process_instances";
  private static final ListSpec LIST =
      ListSpec.of("types", "app_guids", "space_guids", "organization_guids", "embed").labelled();
  private static final ListSpec LIST_OF_APP = ListSpec.of("types", "embed").labelled();

  private final Endpoints endpoints;
  private final AppStore apps;
  private final AppAccess access;
  private final ProcessStore processes;
  private final AppLifecycle lifecycle;
  private final PlacementReconciler placements;
  private final RunningInstances running;
  private final ReportedInstances reported;

  public ProcessesFeature(
      Endpoints endpoints,
      AppStore apps,
      ProcessStore processes,
      AppLifecycle lifecycle,
      PlacementReconciler placements,
      RunningInstances running,
      ReportedInstances reported) {
    this.endpoints = endpoints;
    this.apps = apps;
    this.access = new AppAccess(apps);
    this.processes = processes;
    this.lifecycle = lifecycle;
    this.placements = placements;
    this.running = running;
    this.reported = reported;
  }

  /** Every operation on one process has two addresses: by guid, and by app and type. */
  @Override
  public List<Route> routes() {
    List<Route> routes = new ArrayList<>();
    routes.add(endpoints.get("/v3/processes", this::list));
    routes.add(endpoints.get("/v3/apps/:guid/processes", this::listOfApp));
    routes.add(endpoints.get("/v3/apps/:guid/sidecars", call -> noSidecars(call, true)));
    for (String one : List.of("/v3/processes/:guid", "/v3/apps/:guid/processes/:type")) {
      boolean byType = one.endsWith(":type");
      routes.add(endpoints.get(one, call -> show(call, byType)));
      routes.add(endpoints.patch(one, call -> update(call, byType)));
      routes.add(endpoints.post(one + "/actions/scale", call -> scale(call, byType)));
      routes.add(endpoints.get(one + "/stats", call -> stats(call, byType)));
      routes.add(endpoints.get(one + "/process_instances", call -> instances(call, byType)));
      routes.add(endpoints.get(one + "/sidecars", call -> noSidecars(call, false)));
      routes.add(endpoints.delete(one + "/instances/:index", call -> terminate(call, byType)));
    }
    return routes;
  }

  private Reply list(Call call) {
    ListQuery query = call.list(LIST);
    Page<AppProcess> page =
        call.inTransaction(db -> processes.page(db, query, call.caller(), Optional.empty()));
    return present(call, query, page);
  }

  private Reply listOfApp(Call call) {
    ListQuery query = call.list(LIST_OF_APP);
    Page<AppProcess> page =
        call.inTransaction(db -> {
          App app = access.readable(db, call.caller(), call.guid());
          return processes.page(db, query, call.caller(), Optional.of(app.guid()));
        });
    return present(call, query, page);
  }

  private Reply present(Call call, ListQuery query, Page<AppProcess> page) {
    boolean embed = query.values("embed").filter(values -> values.contains(EMBED)).isPresent();
    return call.page(
        query,
        page,
        process -> {
          ResourceBody body = ProcessPresenter.listed(process, call.links());
          return embed ? body.put(EMBED, reported.of(process)) : body;
        });
  }

  private Reply show(Call call, boolean byType) {
    AppProcess process = call.inTransaction(db -> readable(db, call, byType));
    return ProcessPresenter.body(process, call.links()).reply(200);
  }

  private Reply update(Call call, boolean byType) {
    Fields fields = call.fields();
    ProcessChange change = ProcessFields.update(fields);
    Metadata.Change metadata = fields.metadata();
    fields.done();
    SleepPolicy.check(metadata);
    AppProcess updated =
        call.inTransaction(db -> {
          AppProcess process = readable(db, call, byType);
          App app = access.changeable(db, call.caller(), process.app());
          processes.change(db, process, change);
          processes.setMetadata(db, process.guid(), metadata.on(process.metadata()));
          AppEvents.record(
              db,
              call.caller(),
              app,
              "process.update",
              Map.of("process_guid", process.guid(), "process_type", process.type()));
          return processes.find(db, process.guid()).orElseThrow();
        });
    return ProcessPresenter.body(updated, call.links()).reply(200);
  }

  private Reply scale(Call call, boolean byType) {
    Fields fields = call.fields();
    ProcessChange change = ProcessFields.scale(fields);
    fields.done();
    AppProcess scaled =
        call.inTransaction(db -> {
          AppProcess process = readable(db, call, byType);
          App app = access.operable(db, call.caller(), process.app());
          FeatureFlag.APP_SCALING.require(db, call.caller());
          return scale(db, call, app, process, change);
        });
    return ProcessPresenter.body(scaled, call.links()).reply(202);
  }

  private AppProcess scale(
      Handle db, Call call, App app, AppProcess process, ProcessChange change) {
    if (process.type().equals(AppProcess.WEB) && deploying(db, app.guid())) {
      throw CfError.Kind.SCALE_DISABLED_DURING_DEPLOYMENT.because(
          "Cannot scale this process while a deployment is in flight.");
    }
    AppProcess scaled = processes.change(db, process, change);
    if (app.started()) {
      MemoryQuota.check(db, app.organization());
    }
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("instances", scaled.instances());
    request.put("memory_in_mb", scaled.memoryMb());
    request.put("disk_in_mb", scaled.diskMb());
    AppEvents.record(
        db,
        call.caller(),
        app,
        "process.scale",
        Map.of("process_guid", process.guid(), "process_type", process.type(), "request", request));
    lifecycle.changedAfterCommit(db);
    return scaled;
  }

  private static boolean deploying(Handle db, String app) {
    return db.createQuery(
            """
            select exists (
              select 1 from deployments where app_guid = :app and status_value = 'ACTIVE')\
            """)
        .bind("app", app)
        .mapTo(Boolean.class)
        .one();
  }

  /** Never fails because of what hosts do not say: they are asked for a second at most. */
  private Reply stats(Call call, boolean byType) {
    AppProcess process = call.inTransaction(db -> readable(db, call, byType));
    App app =
        call.inTransaction(
            db -> apps.find(db, process.app()).orElseThrow(() -> Permissions.notFound(KIND)));
    int expected = call.inTransaction(db -> placed(db, app.guid()));
    List<FoundInstance> found = running.find(app.id(), expected);
    @Nullable String unplaced = placements.unplaced(new ProcessGuid(process.guid())).orElse(null);
    return Reply.ok(ProcessStats.body(process, found, unplaced));
  }

  private static int placed(Handle db, String app) {
    return db.createQuery(
            """
            select count(*) from placements pl join processes p on p.guid = pl.process_guid
            where p.app_guid = :app\
            """)
        .bind("app", app)
        .mapTo(Integer.class)
        .one();
  }

  private Reply instances(Call call, boolean byType) {
    AppProcess process = call.inTransaction(db -> readable(db, call, byType));
    return Reply.ok(
        Map.of(
            "resources",
            reported.of(process),
            "links",
            Map.of(
                "self",
                call.links().link("/v3/processes/%s/process_instances", process.guid()),
                "process",
                call.links().link("/v3/processes/%s", process.guid()))));
  }

  private Reply noSidecars(Call call, boolean ofApp) {
    ListQuery query = call.list(ListSpec.of());
    call.useTransaction(db -> {
      if (ofApp) {
        access.readable(db, call.caller(), call.guid());
      } else {
        readable(db, call, call.request().path().startsWith("/v3/apps/"));
      }
    });
    return call.page(
        query,
        new Page<AppProcess>(List.of(), 0),
        process -> ProcessPresenter.listed(process, call.links()));
  }

  private Reply terminate(Call call, boolean byType) {
    int index = index(call.path("index"));
    AppProcess process =
        call.inTransaction(db -> {
          AppProcess found = readable(db, call, byType);
          App app = access.operable(db, call.caller(), found.app());
          if (index < 0 || index >= found.instances()) {
            throw Permissions.notFound("Instance");
          }
          AppEvents.record(
              db,
              call.caller(),
              app,
              "process.terminate_instance",
              Map.of(
                  "process_guid",
                  found.guid(),
                  "process_type",
                  found.type(),
                  "process_index",
                  index));
          return found;
        });
    if (!placements.terminate(new ProcessGuid(process.guid()), index)) {
      throw Permissions.notFound("Instance");
    }
    return Reply.empty(204);
  }

  private static int index(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private AppProcess readable(Handle db, Call call, boolean byType) {
    if (byType) {
      App app = access.readable(db, call.caller(), call.guid());
      return processes
          .ofType(db, app.guid(), call.path("type"))
          .orElseThrow(() -> Permissions.notFound(KIND));
    }
    AppProcess process =
        processes.find(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
    App app = apps.find(db, process.app()).orElseThrow(() -> Permissions.notFound(KIND));
    Permissions.requireReadableSpace(db, call.caller(), app.space(), KIND);
    return process;
  }
}
