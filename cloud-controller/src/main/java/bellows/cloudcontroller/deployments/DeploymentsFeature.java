package bellows.cloudcontroller.deployments;

import bellows.base.ids.Ids;
import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.applog.AppLog;
import bellows.cloudcontroller.apps.App;
import bellows.cloudcontroller.apps.AppAccess;
import bellows.cloudcontroller.apps.AppEvents;
import bellows.cloudcontroller.apps.AppLifecycle;
import bellows.cloudcontroller.apps.AppProcess;
import bellows.cloudcontroller.apps.AppStore;
import bellows.cloudcontroller.apps.ProcessChange;
import bellows.cloudcontroller.apps.ProcessStore;
import bellows.cloudcontroller.deployments.Deployment.Reason;
import bellows.cloudcontroller.droplets.CurrentDroplet;
import bellows.cloudcontroller.droplets.Droplet;
import bellows.cloudcontroller.droplets.DropletStore;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.placements.RunningInstances;
import bellows.cmdb.Database;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code /v3/deployments}: rolling ones; canary is refused. */
public final class DeploymentsFeature implements Feature {
  private static final String KIND = "Deployment";
  private static final int MOST_IN_FLIGHT = 1000;

  private final Endpoints endpoints;
  private final AppStore apps;
  private final AppAccess access;
  private final ProcessStore processes;
  private final CurrentDroplet current;
  private final AppLifecycle lifecycle;
  private final DeploymentStore deployments = new DeploymentStore();
  private final RollingDeployer deployer;

  public DeploymentsFeature(
      Endpoints endpoints,
      Database database,
      Scheduler scheduler,
      AppStore apps,
      ProcessStore processes,
      DropletStore droplets,
      CurrentDroplet current,
      AppLifecycle lifecycle,
      RunningInstances running,
      AppLog appLog) {
    this.endpoints = endpoints;
    this.apps = apps;
    this.access = new AppAccess(apps);
    this.processes = processes;
    this.current = current;
    this.lifecycle = lifecycle;
    this.deployer =
        new RollingDeployer(
            database,
            scheduler,
            deployments,
            apps,
            processes,
            droplets,
            lifecycle,
            running,
            appLog);
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/deployments", this::list),
        endpoints.post("/v3/deployments", this::create),
        endpoints.get("/v3/deployments/:guid", this::show),
        endpoints.patch("/v3/deployments/:guid", this::update),
        endpoints.post("/v3/deployments/:guid/actions/cancel", this::cancel),
        endpoints.post("/v3/deployments/:guid/actions/continue", this::goOn));
  }

  @Override
  public List<Component> components() {
    return List.of(deployer);
  }

  /**
   * What a request asks for.
   *
   * @param droplet empty: the app's current one, which restarts it
   * @param web changes of the new web process
   */
  private record Wish(
      String app,
      Optional<String> droplet,
      int maxInFlight,
      ProcessChange web,
      Metadata metadata) {}

  private Reply list(Call call) {
    ListQuery query = call.list(DeploymentStore.LIST);
    Page<Deployment> page = call.inTransaction(db -> deployments.page(db, query, call.caller()));
    return call.page(query, page, deployment -> deployment.body(call.links()));
  }

  private Reply show(Call call) {
    Deployment deployment = call.inTransaction(db -> readable(db, call));
    return deployment.body(call.links()).reply(200);
  }

  private Reply create(Call call) {
    Wish wish = read(call.fields());
    Deployment created =
        call.inTransaction(db -> {
          App app = access.referred(db, call.caller(), wish.app());
          String droplet = wish.droplet().orElseGet(() -> AppLifecycle.requireDroplet(app));
          String guid = Ids.uuid();
          deploy(db, guid, app, current.ofApp(db, app, droplet), wish);
          AppEvents.record(
              db,
              call.caller(),
              app,
              "deployment.create",
              Map.of("deployment_guid", guid, "droplet_guid", droplet));
          return deployments.find(db, guid).orElseThrow();
        });
    deployer.changed();
    return created.body(call.links()).reply(201);
  }

  /** Clients send explicit nulls for options that they do not use. */
  private static Wish read(Fields fields) {
    Optional<String> droplet = fields.object("droplet").flatMap(of -> of.text("guid", 200));
    if (fields.object("revision").isPresent()) {
      fields.fault("Revision is not supported by this platform");
    }
    if (fields.text("strategy", 20).filter(strategy -> !strategy.equals("rolling")).isPresent()) {
      fields.fault("Strategy must be 'rolling'");
    }
    int maxInFlight = 1;
    ProcessChange web = ProcessChange.NONE;
    Optional<Fields> options = fields.object("options");
    if (options.isPresent()) {
      Fields given = options.get();
      maxInFlight = given.integer("max_in_flight", 1, MOST_IN_FLIGHT).orElse(1);
      web =
          ProcessChange.scale(
              given.integer("web_instances", 1, 2_000_000).orElse(null),
              given.integer("memory_in_mb", 1, 1 << 30).orElse(null),
              given.integer("disk_in_mb", 1, 1 << 30).orElse(null),
              given.number("log_rate_limit_in_bytes_per_second", -1, Long.MAX_VALUE).orElse(null));
      if (given.any("canary").isPresent()) {
        fields.fault("Options canary is not supported by this platform");
      }
    }
    String app = fields.requiredRelationship("app");
    Metadata.Change metadata = fields.metadata();
    fields.done();
    return new Wish(app, droplet, maxInFlight, web, metadata.on(Metadata.NONE));
  }

  private void deploy(Handle db, String guid, App app, Droplet droplet, Wish wish) {
    Optional<Deployment> before = deployments.activeOf(db, app.guid());
    before.ifPresent(active -> deployments.setReason(db, active.guid(), Reason.SUPERSEDED, null));
    List<AppProcess> web =
        processes.of(db, app.guid()).stream()
            .filter(process -> process.type().equals(AppProcess.WEB))
            .toList();
    int instances =
        Optional.ofNullable(wish.web().instances())
            .or(() -> before.map(Deployment::instances))
            .orElseGet(() -> web.stream().mapToInt(AppProcess::instances).sum());
    @Nullable String previous = before.map(Deployment::previousDroplet).orElse(app.droplet());
    apps.setDroplet(db, app.guid(), droplet.guid());
    if (!app.started() || web.isEmpty() || instances == 0) {
      // Nothing serves, so nothing has to be taken over: a plain start.
      processes.adopt(db, app.guid(), droplet.processTypes());
      for (AppProcess process : web) {
        processes.change(db, process, wish.web());
      }
      lifecycle.run(db, app, droplet.guid());
      deployments.insert(
          db,
          guid,
          app.guid(),
          Reason.DEPLOYED,
          wish.maxInFlight(),
          droplet.guid(),
          previous,
          null,
          instances,
          wish.metadata());
      return;
    }
    AppProcess grown = processes.copyFor(db, web.getLast(), guid, droplet.guid());
    processes.setDetectedCommand(db, grown.guid(), droplet.processTypes().get(AppProcess.WEB));
    processes.change(db, grown, wish.web());
    processes.setInstances(db, grown.guid(), Math.min(wish.maxInFlight(), instances));
    deployments.insert(
        db,
        guid,
        app.guid(),
        Reason.DEPLOYING,
        wish.maxInFlight(),
        droplet.guid(),
        previous,
        grown.guid(),
        instances,
        wish.metadata());
    lifecycle.changedAfterCommit(db);
  }

  private Reply update(Call call) {
    Metadata.Change metadata = call.metadata();
    Deployment updated =
        call.inTransaction(db -> {
          Deployment deployment = changeable(db, call);
          deployments.setMetadata(db, deployment.guid(), metadata.on(deployment.metadata()));
          return readable(db, call);
        });
    return updated.body(call.links()).reply(200);
  }

  private Reply cancel(Call call) {
    call.useTransaction(db -> {
      Deployment deployment = changeable(db, call);
      if (deployment.reason() == Reason.CANCELING) {
        return;
      }
      if (!deployment.reason().active()) {
        throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
            "Cannot cancel a %s deployment", deployment.reason());
      }
      deployments.setReason(db, deployment.guid(), Reason.CANCELING, null);
      apps.find(db, deployment.app())
          .ifPresent(app ->
              AppEvents.record(
                  db,
                  call.caller(),
                  app,
                  "deployment.cancel",
                  Map.of("deployment_guid", deployment.guid())));
    });
    deployer.changed();
    return Reply.empty(200);
  }

  private Reply goOn(Call call) {
    Deployment deployment = call.inTransaction(db -> changeable(db, call));
    throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
        "Cannot continue a deployment with status: %s and reason: %s",
        deployment.reason().value(), deployment.reason());
  }

  private Deployment readable(Handle db, Call call) {
    Deployment deployment =
        deployments.find(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
    Permissions.requireReadableSpace(db, call.caller(), deployment.space(), KIND);
    return deployment;
  }

  private Deployment changeable(Handle db, Call call) {
    Deployment deployment = readable(db, call);
    Permissions.requireDeveloper(db, call.caller(), deployment.space(), KIND);
    return deployments.findForUpdate(db, call.guid()).orElse(deployment);
  }
}
