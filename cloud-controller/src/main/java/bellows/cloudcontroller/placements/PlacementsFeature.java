package bellows.cloudcontroller.placements;

import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.apps.App;
import bellows.cloudcontroller.apps.AppAccess;
import bellows.cloudcontroller.apps.AppEvents;
import bellows.cloudcontroller.apps.AppProcess;
import bellows.cloudcontroller.apps.AppStore;
import bellows.cloudcontroller.apps.MemoryQuota;
import bellows.cloudcontroller.apps.ProcessStore;
import bellows.cloudcontroller.feature.Feature;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.PlacementId;
import bellows.contracts.ids.ProcessGuid;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;

/**
 * {@code /bellows/v1/placements}: which instance stands where. To change a placement's host moves
 * it, to add one scales out, to delete one scales in; the rows may as well be edited by SQL.
 *
 * <p>Who sees the app's space sees its placements; only administrators change them, as hosts are
 * theirs.
 */
public final class PlacementsFeature implements Feature {
  private static final String KIND = "Placement";
  private static final ListSpec LIST = ListSpec.of("app_guids", "process_guids", "hosts");

  private final Endpoints endpoints;
  private final AppAccess access;
  private final ProcessStore processes;
  private final PlacementReconciler reconciler;
  private final PlacementStore store = new PlacementStore();
  private final PlacementList list;

  public PlacementsFeature(
      Endpoints endpoints, AppStore apps, ProcessStore processes, PlacementReconciler reconciler) {
    this.endpoints = endpoints;
    this.access = new AppAccess(apps);
    this.processes = processes;
    this.reconciler = reconciler;
    this.list = new PlacementList(reconciler);
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/bellows/v1/placements", this::list),
        endpoints.post("/bellows/v1/placements", this::add),
        endpoints.get("/bellows/v1/placements/:guid", this::show),
        endpoints.patch("/bellows/v1/placements/:guid", this::move),
        endpoints.delete("/bellows/v1/placements/:guid", this::delete));
  }

  private Reply list(Call call) {
    ListQuery query = call.list(LIST);
    Page<PlacementList.Row> page = call.inTransaction(db -> list.page(db, query, call.caller()));
    return call.page(query, page, row -> list.body(row, call.links()));
  }

  private Reply show(Call call) {
    PlacementList.Row row =
        call.inTransaction(db -> {
          readable(db, call);
          return list.find(db, call.guid());
        });
    return list.body(row, call.links()).reply(200);
  }

  private Reply move(Call call) {
    Fields fields = call.fields();
    String host = fields.requiredText("host", 250);
    fields.done();
    Permissions.requireAdmin(call.caller());
    PlacementList.Row moved =
        call.inTransaction(db -> {
          store.lockPlacing(db);
          Placement placement = readable(db, call);
          if (!placement.host().equals(host)) {
            requireRoom(host, placement.memoryMb(), placement.diskMb());
            store.move(db, placement.id(), host);
            record(
                db,
                call,
                placement,
                "move",
                Map.of("index", placement.index(), "from", placement.host(), "to", host));
            db.afterCommit(reconciler::changed);
          }
          return list.find(db, call.guid());
        });
    return list.body(moved, call.links()).reply(200);
  }

  private Reply add(Call call) {
    Fields fields = call.fields();
    String app = fields.requiredRelationship("app");
    String type = fields.nonBlankText("process_type", 255).orElse(AppProcess.WEB);
    Optional<String> host = fields.nonBlankText("host", 250);
    fields.done();
    Permissions.requireAdmin(call.caller());
    PlacementList.Row added =
        call.inTransaction(db -> {
          store.lockPlacing(db);
          App owner = access.referred(db, call.caller(), app);
          AppProcess process =
              processes
                  .ofType(db, app, type)
                  .orElseThrow(() ->
                      CfError.Kind.UNPROCESSABLE_ENTITY.because(
                          "The app has no process of type '%s'", type));
          String droplet = process.droplet();
          if (!owner.started() || droplet == null) {
            throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "The app is not started, so it has no placements; start it first");
          }
          PlacementId id =
              store.add(
                  db,
                  new ProcessGuid(process.guid()),
                  host.map(named -> requireRoom(named, process.memoryMb(), process.diskMb()))
                      .orElseGet(() -> anyHost(db, owner, process, droplet)),
                  null);
          MemoryQuota.check(db, owner.organization());
          PlacementList.Row row = list.find(db, id.value());
          AppEvents.record(
              db,
              call.caller(),
              owner,
              "placement.create",
              Map.of("index", row.index(), "host", row.host()));
          db.afterCommit(reconciler::changed);
          return row;
        });
    return list.body(added, call.links()).reply(201);
  }

  private Reply delete(Call call) {
    Permissions.requireAdmin(call.caller());
    call.useTransaction(db -> {
      store.lockPlacing(db);
      Placement placement = readable(db, call);
      store.delete(db, List.of(placement.id()));
      record(
          db,
          call,
          placement,
          "delete",
          Map.of("index", placement.index(), "host", placement.host()));
      db.afterCommit(reconciler::changed);
    });
    return Reply.empty(204);
  }

  private void record(Handle db, Call call, Placement placement, String what, Map<String, ?> data) {
    App app = access.changeable(db, call.caller(), placement.app().value());
    AppEvents.record(db, call.caller(), app, "placement." + what, data);
  }

  private Placement readable(Handle db, Call call) {
    Placement placement = store.find(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
    try {
      access.readable(db, call.caller(), placement.app().value());
    } catch (CfError e) {
      throw Permissions.notFound(KIND);
    }
    return placement;
  }

  private String requireRoom(String host, int memoryMb, int diskMb) {
    List<HostCapacity> hosts = reconciler.hosts();
    HostCapacity there =
        hosts.stream()
            .filter(each -> each.host().equals(host))
            .findFirst()
            .orElseThrow(() ->
                CfError.Kind.UNPROCESSABLE_ENTITY.because(
                    "There is no host '%s'; there are: %s",
                    host,
                    String.join(", ", hosts.stream().map(HostCapacity::host).sorted().toList())));
    if (there.memoryMb() < memoryMb || there.diskMb() < diskMb) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "The host '%s' has %d MB of memory and %d MB of disk left, an instance needs %d MB and %d MB",
          host, there.memoryMb(), there.diskMb(), memoryMb, diskMb);
    }
    return host;
  }

  private String anyHost(Handle db, App app, AppProcess process, String droplet) {
    DesiredProcess desired =
        new DesiredProcess(
            new AppGuid(app.guid()),
            new ProcessGuid(process.guid()),
            new AppVersion(process.version()),
            droplet,
            app.stack(),
            process.instances(),
            process.memoryMb(),
            process.diskMb());
    try {
      return new Placer(reconciler.hosts(), store.all(db), RandomGenerator.getDefault())
          .place(new Placer.Demand(desired, process.instances()))
          .host()
          .host();
    } catch (PlacementException e) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because("%s", String.valueOf(e.getMessage()));
    }
  }
}
