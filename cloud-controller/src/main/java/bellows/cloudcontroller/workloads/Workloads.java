package bellows.cloudcontroller.workloads;

import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.blobstore.BlobKey;
import bellows.blobstore.Blobstore;
import bellows.blobstore.SignedUrls;
import bellows.bus.MessageBus;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.applog.AppLog;
import bellows.cloudcontroller.apps.AppDeletion;
import bellows.cloudcontroller.apps.AppFeaturesFeature;
import bellows.cloudcontroller.apps.AppLifecycle;
import bellows.cloudcontroller.apps.AppStore;
import bellows.cloudcontroller.apps.AppsFeature;
import bellows.cloudcontroller.apps.EnvironmentFeature;
import bellows.cloudcontroller.apps.ProcessStore;
import bellows.cloudcontroller.builds.BuildsFeature;
import bellows.cloudcontroller.deployments.DeploymentsFeature;
import bellows.cloudcontroller.droplets.CurrentDroplet;
import bellows.cloudcontroller.droplets.DropletStore;
import bellows.cloudcontroller.droplets.DropletsFeature;
import bellows.cloudcontroller.environment.EnvironmentSeal;
import bellows.cloudcontroller.environment.VcapApplication;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.history.HistoryFeature;
import bellows.cloudcontroller.history.Undo;
import bellows.cloudcontroller.jobs.Jobs;
import bellows.cloudcontroller.manifests.ManifestApplier;
import bellows.cloudcontroller.manifests.ManifestsFeature;
import bellows.cloudcontroller.packages.PackageStore;
import bellows.cloudcontroller.packages.PackageUpload;
import bellows.cloudcontroller.packages.PackagesFeature;
import bellows.cloudcontroller.placements.PlacementMoves;
import bellows.cloudcontroller.placements.PlacementReconciler;
import bellows.cloudcontroller.placements.PlacementsFeature;
import bellows.cloudcontroller.placements.RouteAnnouncements;
import bellows.cloudcontroller.placements.RouteUpdates;
import bellows.cloudcontroller.placements.RunningInstances;
import bellows.cloudcontroller.processes.CrashEvents;
import bellows.cloudcontroller.processes.ProcessesFeature;
import bellows.cloudcontroller.processes.ReportedInstances;
import bellows.cloudcontroller.resources.KnownResources;
import bellows.cloudcontroller.resources.ResourceMatchesFeature;
import bellows.cloudcontroller.routes.RouteChanges;
import bellows.cloudcontroller.routes.RouteRegistry;
import bellows.cloudcontroller.sleep.SleepPolicy;
import bellows.cloudcontroller.spaces.SpaceContents;
import bellows.cloudcontroller.tasks.TasksFeature;
import bellows.cloudcontroller.wakes.WakesFeature;
import bellows.cmdb.Database;
import bellows.cmdb.SecretBox;
import bellows.http.Route;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The part of the controller that is about apps. The routes' part needs to tell it of changes, and
 * it needs the routes' part for manifests: so first this is made, then the registry on {@link
 * #routeChanges}, then {@link #features}.
 */
public final class Workloads {
  /** A DEA that lost its disk downloads again with the address it got at the start. */
  private static final Duration DROPLET_ADDRESS = Duration.ofHours(24);

  private final Config config;
  private final Database database;
  private final MessageBus bus;
  private final Scheduler scheduler;
  private final Blobstore blobs;
  private final SecretBox box;
  private final EnvironmentSeal seal;
  private final VcapApplication vcapApplication;
  private final AppLog appLog;
  private final RouteAnnouncements announcements;
  private final RouteUpdates routeUpdates;
  private final PlacementReconciler placements;

  /**
   * @param apiUrl how apps and their people reach the API
   * @param uploads where packages and buildpacks are kept while they are taken in; emptied at each
   *     start
   * @param sleep of apps about which nobody says anything
   */
  public record Config(
      String apiUrl,
      Path uploads,
      ProcessStore.Sizes sizes,
      BuildsFeature.Config builds,
      PlacementReconciler.Config placements,
      SleepPolicy sleep) {
    /** Defaults for all but the places. */
    public static Config of(String apiUrl, Path uploads) {
      return new Config(
          apiUrl,
          uploads,
          ProcessStore.Sizes.DEFAULT,
          BuildsFeature.Config.DEFAULT,
          PlacementReconciler.Config.DEFAULT,
          SleepPolicy.DEFAULT);
    }
  }

  public Workloads(
      Config config,
      Database database,
      MessageBus bus,
      Scheduler scheduler,
      Blobstore blobs,
      SignedUrls urls,
      SecretBox box) {
    this.config = config;
    this.database = database;
    this.bus = bus;
    this.scheduler = scheduler;
    this.blobs = blobs;
    this.box = box;
    this.seal = new EnvironmentSeal(box);
    this.vcapApplication = new VcapApplication(config.apiUrl());
    this.appLog = new AppLog(bus, scheduler);
    this.announcements = new RouteAnnouncements(database, bus, scheduler, seal);
    this.routeUpdates = new RouteUpdates(database, announcements, bus, scheduler, seal);
    UnaryOperator<String> dropletUrl =
        guid -> urls.get(new BlobKey("droplets", guid), DROPLET_ADDRESS);
    this.placements =
        new PlacementReconciler(
            config.placements(),
            database,
            bus,
            scheduler,
            announcements,
            seal,
            vcapApplication,
            dropletUrl,
            config.sleep(),
            appLog);
  }

  /** To be told of every change of an app's routes. */
  public RouteChanges routeChanges() {
    return routeUpdates;
  }

  /** To be told of every space that is deleted. */
  public SpaceContents spaceContents() {
    return new SpaceApps(bus);
  }

  /** Every resource of the API that is about apps. */
  public List<Feature> features(Endpoints endpoints, Jobs jobs, RouteRegistry routes) {
    AppStore apps = new AppStore();
    ProcessStore processes = new ProcessStore(config.sizes());
    PackageStore packages = new PackageStore();
    DropletStore droplets = new DropletStore();
    CurrentDroplet current = new CurrentDroplet(apps, processes, droplets);
    RunningInstances running = new RunningInstances(bus);
    KnownResources resources = new KnownResources(database, blobs);
    AppLifecycle lifecycle = new AppLifecycle(apps, processes, placements::changed, appLog);
    PackageUpload upload =
        new PackageUpload(
            PackageUpload.Config.in(config.uploads()), database, blobs, packages, resources);
    ManifestApplier applier =
        new ManifestApplier(database, apps, processes, lifecycle, routes, seal);
    CrashEvents crashes = new CrashEvents(database, bus, apps, processes, appLog);
    return List.of(
        new AppsFeature(
            endpoints,
            apps,
            processes,
            lifecycle,
            seal,
            jobs,
            new AppDeletion(database, bus, blobs, apps)),
        new EnvironmentFeature(endpoints, apps, seal, vcapApplication),
        new AppFeaturesFeature(endpoints, apps),
        new PackagesFeature(endpoints, database, blobs, packages, apps, upload, jobs),
        new ResourceMatchesFeature(endpoints, resources),
        new BuildsFeature(
            config.builds(),
            endpoints,
            database,
            bus,
            scheduler,
            box,
            vcapApplication,
            apps,
            packages,
            droplets,
            appLog),
        new DropletsFeature(endpoints, database, blobs, droplets, packages, apps, current, jobs),
        new ProcessesFeature(
            endpoints,
            apps,
            processes,
            lifecycle,
            placements,
            running,
            new ReportedInstances(placements, scheduler)),
        new DeploymentsFeature(
            endpoints, database, scheduler, apps, processes, droplets, current, lifecycle, running,
            appLog),
        new ManifestsFeature(endpoints, apps, processes, routes, seal, applier, jobs),
        new TasksFeature(endpoints, apps),
        new PlacementsFeature(endpoints, apps, processes, placements),
        new HistoryFeature(
            endpoints, apps, new Undo(lifecycle, processes, current, new PlacementMoves())),
        new WakesFeature(endpoints, database, bus, scheduler, apps, placements::maySleep, appLog),
        new Background(List.of(resources, announcements, placements, routeUpdates, crashes)));
  }

  /** What runs without being asked by a request. */
  private record Background(List<Component> components) implements Feature {
    @Override
    public List<Route> routes() {
      return List.of();
    }
  }
}
