package bellows.cloudcontroller.builds;

import bellows.base.ids.Ids;
import bellows.base.json.Json;
import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Caller;
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
import bellows.cloudcontroller.apps.AppStore;
import bellows.cloudcontroller.apps.LifecycleFields;
import bellows.cloudcontroller.builds.Build.Creator;
import bellows.cloudcontroller.builds.Build.State;
import bellows.cloudcontroller.droplets.DropletStore;
import bellows.cloudcontroller.environment.EnvironmentSeal;
import bellows.cloudcontroller.environment.EnvironmentStore;
import bellows.cloudcontroller.environment.VcapApplication;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.packages.AppPackage;
import bellows.cloudcontroller.packages.PackageStore;
import bellows.cmdb.Database;
import bellows.cmdb.SecretBox;
import bellows.contracts.Nothing;
import bellows.contracts.Subjects;
import bellows.contracts.ids.TaskId;
import bellows.contracts.staging.StagingStart;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** {@code /v3/builds}: asks the stager for a droplet, and shows how far it is. */
public final class BuildsFeature implements Feature {
  private static final String KIND = "Build";

  /** Clients look every 3 s: an answer that waits a little saves them most of that. */
  private static final Duration HOLD = Duration.ofSeconds(2);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

  private final Config config;
  private final Endpoints endpoints;
  private final MessageBus bus;
  private final Scheduler scheduler;
  private final SecretBox box;
  private final EnvironmentSeal seal;
  private final EnvironmentStore environments;
  private final StagingRequests requests;
  private final AppStore apps;
  private final AppAccess access;
  private final PackageStore packages;
  private final LifecycleFields lifecycleFields;
  private final AppLog appLog;
  private final BuildStore builds = new BuildStore();
  private final BuildEnds ends = new BuildEnds();
  private final StagingHarvest harvest;

  /** Limits of a build that asks for none, and the most that one may ask for. */
  public record Config(
      int memoryMb, int diskMb, int mostMemoryMb, int mostDiskMb, Duration timeout) {
    /** 1 GiB of memory, 4 GiB of disk, 15 minutes. */
    public static final Config DEFAULT =
        new Config(1024, 4096, 16_384, 65_536, Duration.ofMinutes(15));
  }

  public BuildsFeature(
      Config config,
      Endpoints endpoints,
      Database database,
      MessageBus bus,
      Scheduler scheduler,
      SecretBox box,
      VcapApplication vcapApplication,
      AppStore apps,
      PackageStore packages,
      DropletStore droplets,
      AppLog appLog) {
    this.config = config;
    this.endpoints = endpoints;
    this.bus = bus;
    this.scheduler = scheduler;
    this.box = box;
    this.seal = new EnvironmentSeal(box);
    this.environments = new EnvironmentStore(seal);
    this.requests =
        new StagingRequests(vcapApplication, Math.toIntExact(config.timeout().toSeconds()));
    this.apps = apps;
    this.access = new AppAccess(apps);
    this.packages = packages;
    this.lifecycleFields = new LifecycleFields(apps);
    this.appLog = appLog;
    this.harvest = new StagingHarvest(database, bus, scheduler, builds, droplets, apps, ends);
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/builds", this::list),
        endpoints.get("/v3/apps/:guid/builds", this::listOfApp),
        endpoints.post("/v3/builds", this::create),
        endpoints.get("/v3/builds/:guid", this::show),
        endpoints.patch("/v3/builds/:guid", this::update));
  }

  @Override
  public List<Component> components() {
    return List.of(harvest);
  }

  private Reply list(Call call) {
    ListQuery query = call.list(BuildStore.LIST);
    Page<Build> page =
        call.inTransaction(db -> builds.page(db, query, call.caller(), Optional.empty()));
    return call.page(query, page, build -> build.body(call.links()));
  }

  private Reply listOfApp(Call call) {
    ListQuery query = call.list(BuildStore.LIST);
    Page<Build> page =
        call.inTransaction(db -> {
          App app = access.readable(db, call.caller(), call.guid());
          return builds.page(db, query, call.caller(), Optional.of(app.guid()));
        });
    return call.page(query, page, build -> build.body(call.links()));
  }

  /** Waits a moment for a build that is under way. */
  private Reply show(Call call) throws InterruptedException {
    Build build = call.inTransaction(db -> readable(db, call));
    long deadline = scheduler.nanoTime() + HOLD.toNanos();
    while (build.state() == State.STAGING && scheduler.nanoTime() < deadline) {
      ends.await(LOOK_AGAIN);
      build = call.inTransaction(db -> readable(db, call));
    }
    return build.body(call.links()).reply(200);
  }

  private Reply create(Call call) {
    Fields fields = call.fields();
    String packageGuid = fields.object("package").flatMap(of -> of.text("guid", 200)).orElse("");
    if (packageGuid.isEmpty()) {
      fields.fault("Package guid can't be blank");
    }
    LifecycleFields.Wish wish = lifecycleFields.read(fields);
    int memory =
        fields.integer("staging_memory_in_mb", 1, config.mostMemoryMb()).orElse(config.memoryMb());
    int disk = fields.integer("staging_disk_in_mb", 1, config.mostDiskMb()).orElse(config.diskMb());
    long logRate =
        fields.number("staging_log_rate_limit_bytes_per_second", -1, Long.MAX_VALUE).orElse(-1L);
    Metadata.Change metadata = fields.metadata();
    fields.done();
    Build created =
        call.inTransaction(db -> {
          AppPackage appPackage = referred(db, call.caller(), packageGuid);
          App app = access.referred(db, call.caller(), appPackage.app());
          requireStageable(db, app, appPackage);
          Build build =
              new Build(
                  Ids.uuid(),
                  app.guid(),
                  app.space(),
                  appPackage.guid(),
                  null,
                  State.STAGING,
                  null,
                  wish.buildpacks().orElse(app.buildpacks()),
                  lifecycleFields.stack(db, wish, app.stack()),
                  memory,
                  disk,
                  logRate,
                  creator(call.caller()),
                  metadata.on(Metadata.NONE),
                  scheduler.now(),
                  scheduler.now());
          return queue(db, call.caller(), app, build);
        });
    return created.body(call.links()).reply(201);
  }

  private Build queue(Handle db, Caller caller, App app, Build build) {
    TaskId task = TaskId.random();
    String droplet = Ids.uuid();
    StagingStart request =
        requests.request(
            build,
            droplet,
            task,
            environments.facts(db, app.guid()).orElseThrow(),
            environments.group(db, "staging"),
            seal.open(apps.sealedEnvironment(db, app.guid())),
            builds.adminBuildpacks(db, build.stack()));
    builds.insert(db, build);
    builds.queue(db, build.guid(), app.guid(), droplet, task, box.seal(Json.bytes(request)));
    AppEvents.record(
        db,
        caller,
        app,
        "build.create",
        Map.of("build_guid", build.guid(), "package_guid", build.appPackage()));
    db.afterCommit(() -> {
      appLog.api(app.id(), "Creating build for app with guid " + app.guid());
      bus.publish(Subjects.STAGING_QUEUED, Nothing.NOTHING);
    });
    return builds.find(db, build.guid()).orElseThrow();
  }

  private AppPackage referred(Handle db, Caller caller, String guid) {
    return packages
        .find(db, guid)
        .filter(found -> Permissions.readsSpace(db, caller, found.space()))
        .orElseThrow(() ->
            CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "Unable to use package. Ensure that the package exists and you have access to"
                    + " it."));
  }

  private void requireStageable(Handle db, App app, AppPackage appPackage) {
    if (appPackage.state() != AppPackage.State.READY) {
      throw CfError.Kind.BAD_REQUEST.because(
          "Bad request: Cannot stage package whose state is not ready.");
    }
    if (builds.staging(db, app.guid())) {
      throw CfError.Kind.STAGING_IN_PROGRESS.because(
          "Only one build can be STAGING at a time per" + " application.");
    }
    lifecycleFields.requireBuildpacks(db, app.buildpacks());
  }

  /** A client has no address; clients of ours must show one (reference/api.md, section 4.5). */
  private static Creator creator(Caller caller) {
    return new Creator(caller.guid(), caller.name(), caller.email());
  }

  private Reply update(Call call) {
    Metadata.Change metadata = call.metadata();
    Build updated =
        call.inTransaction(db -> {
          Build build = readable(db, call);
          Permissions.requireDeveloper(db, call.caller(), build.space(), KIND);
          builds.setMetadata(db, build.guid(), metadata.on(build.metadata()));
          return readable(db, call);
        });
    return updated.body(call.links()).reply(200);
  }

  private Build readable(Handle db, Call call) {
    Build build = builds.find(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
    Permissions.requireReadableSpace(db, call.caller(), build.space(), KIND);
    return build;
  }
}
