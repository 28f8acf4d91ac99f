package bellows.launcher;

import bellows.base.lifecycle.Component;
import bellows.base.time.SystemScheduler;
import bellows.blobstore.BlobCollector;
import bellows.blobstore.Blobstore;
import bellows.blobstore.DirectoryBlobstore;
import bellows.blobstore.SignedUrls;
import bellows.bus.InProcessBus;
import bellows.bus.MessageBus;
import bellows.cloudcontroller.CloudController;
import bellows.cloudcontroller.api.TokenVerifier;
import bellows.cloudcontroller.apps.ProcessStore;
import bellows.cloudcontroller.builds.BuildsFeature;
import bellows.cloudcontroller.placements.PlacementReconciler;
import bellows.cloudcontroller.sleep.SleepPolicy;
import bellows.cloudcontroller.users.UaaUserDirectory;
import bellows.cloudcontroller.workloads.WorkloadReferences;
import bellows.cloudcontroller.workloads.Workloads;
import bellows.cmdb.Database;
import bellows.cmdb.SecretBox;
import bellows.cmdb.ServerWatch;
import bellows.cmdb.embedded.EmbeddedPostgres;
import bellows.dea.Dea;
import bellows.http.HttpServer;
import bellows.http.Route;
import bellows.logaggregator.ControllerAppReaders;
import bellows.logaggregator.LogAggregator;
import bellows.logaggregator.LogCacheRoutes;
import bellows.logaggregator.LogStore;
import bellows.router.Router;
import bellows.stager.Stager;
import bellows.uaa.Uaa;
import bellows.warden.Warden;
import bellows.warden.machine.LinuxWarden;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All parts on one machine, wired; further machines are a {@link Host} each. {@link #start} is the
 * start order in one place; it is closed backwards, and the apps go on without us.
 */
final class Platform implements Component {

  private static final int DATABASE_CONNECTIONS = 12;

  /** UAA's client that the controller looks users up with, by the name it has in Cloud Foundry. */
  private static final String LOOKUP_CLIENT = "cloud_controller_username_lookup";

  private final UpOptions options;
  private final Settings settings;
  private final DataDirectory data;
  private final Address api;
  private final RunningParts running = new RunningParts();

  /**
   * @param api where the API listens; clients on this machine need no DNS for it
   */
  Platform(UpOptions options, Settings settings, DataDirectory data, Address api) {
    this.options = options;
    this.settings = settings;
    this.data = data;
    this.api = api;
  }

  @Override
  public synchronized void start() {
    running.start(this::wire);
  }

  private void wire() {
    SystemScheduler scheduler = running.scheduler();
    MessageBus bus = bus(scheduler);
    Database database = run(new Database(database(scheduler)));
    run(new ServerWatch(database, scheduler));
    SecretBox box = SecretBox.at(data.secretKey());
    URI own = URI.create("http://" + api.local());

    Blobstore blobs = new DirectoryBlobstore(data.blobs());
    SignedUrls urls = new SignedUrls(new SignedUrls.Config(own, data.urlKey()), blobs, scheduler);
    Uaa uaa = run(new Uaa(new Uaa.Config(own + "/oauth/token"), database, box, scheduler));
    AdminAccount admin = AdminAccount.at(data.admin(), own.toString());
    uaa.bootstrapAdmin(admin.username(), admin.password());
    LogStore logs = new LogStore(LogStore.Config.DEFAULT, scheduler);
    run(new LogAggregator(bus, logs));
    LogCacheRoutes logCache =
        new LogCacheRoutes(
            logs,
            new ControllerAppReaders(ControllerAppReaders.Config.of(own), scheduler),
            scheduler);
    String lookupSecret = data.lookupSecret();
    uaa.bootstrapClient(LOOKUP_CLIENT, lookupSecret, Set.of("scim.read"));
    CloudController controller =
        CloudController.create(
            controllerConfig(own),
            database,
            blobs,
            urls,
            box,
            bus,
            scheduler,
            new UaaUserDirectory(
                new UaaUserDirectory.Config(own, LOOKUP_CLIENT, lookupSecret), scheduler));

    List<Route> routes = new ArrayList<>();
    routes.addAll(controller.routes());
    routes.addAll(uaa.routes());
    routes.addAll(logCache.routes());
    routes.addAll(urls.routes());
    run(new HttpServer(new HttpServer.Config(api.host(), api.port()), routes));
    run(controller);
    run(
        new Stager(
            Stager.Config.named(HostName.PLATFORM), database, bus, blobs, urls, box, scheduler));
    run(
        new BlobCollector(
            new BlobCollector.Config(
                WorkloadReferences.FOLDERS, Duration.ofHours(1), Duration.ofHours(1)),
            blobs,
            new WorkloadReferences(database),
            scheduler));
    LinuxWarden.Config wardenConfig = WardenSettings.of(settings, data);
    Warden warden = run(new LinuxWarden(wardenConfig));
    run(new PlatformRoutes(PlatformRoutes.hosts(options.domain()), api.local(), bus, scheduler));
    run(
        new Dea(
            DeaSettings.of(settings, data, HostName.PLATFORM, wardenConfig),
            bus,
            warden,
            scheduler));
    // Last, when whoever has routes can say so: before that it would deny those of apps that run.
    if (RouterSettings.isEmbedded(settings)) {
      run(new Router(RouterSettings.of(settings, data, options, scheduler.now()), bus, scheduler));
    }
  }

  @Override
  public synchronized void close() {
    running.close();
  }

  /** That of several hosts when one is configured, else one within this process. */
  private MessageBus bus(SystemScheduler scheduler) {
    Optional<MessageBus> shared =
        BusSettings.of(settings, "bellows-" + HostName.PLATFORM, scheduler);
    if (shared.isEmpty()) {
      return run(new InProcessBus(scheduler));
    }
    MessageBus bus = run(shared.get());
    HostName.claim(
        HostName.PLATFORM,
        bus,
        "another platform is on this bus, and each needs a NATS server of its own (nats.url)");
    return bus;
  }

  /** An outside server when one is configured, else a child of ours. */
  private Database.Config database(SystemScheduler scheduler) {
    return settings
        .text("database.url")
        .map(url ->
            new Database.Config(
                url,
                settings.text("database.user").orElse("bellows"),
                settings.text("database.password").orElse(""),
                DATABASE_CONNECTIONS))
        .orElseGet(() ->
            run(new EmbeddedPostgres(new EmbeddedPostgres.Config(data.postgres()), scheduler))
                .database());
  }

  private CloudController.Config controllerConfig(URI own) {
    BuildsFeature.Config defaults = BuildsFeature.Config.DEFAULT;
    BuildsFeature.Config builds =
        new BuildsFeature.Config(
            settings.number("staging.memory_mb").orElse(defaults.memoryMb()),
            settings.number("staging.disk_mb").orElse(defaults.diskMb()),
            defaults.mostMemoryMb(),
            defaults.mostDiskMb(),
            settings
                .number("staging.timeout_seconds")
                .map(Duration::ofSeconds)
                .orElse(defaults.timeout()));
    String apiUrl = "http://api." + options.domain() + ":" + options.listen().port();
    return CloudController.Config.of(
            options.domain(),
            new TokenVerifier.Config(own.resolve("/token_keys")),
            buildpacks(),
            new Workloads.Config(
                apiUrl,
                data.uploads(),
                ProcessStore.Sizes.DEFAULT,
                builds,
                PlacementReconciler.Config.DEFAULT,
                sleep()))
        .tcpPorts(RouterSettings.tcpPorts(settings));
  }

  /** For apps about which nobody says anything. */
  private SleepPolicy sleep() {
    try {
      return settings
          .text("sleep.after")
          .map(SleepPolicy.DEFAULT::withAfter)
          .orElse(SleepPolicy.DEFAULT);
    } catch (IllegalArgumentException e) {
      throw new UsageException("sleep.after: " + e.getMessage());
    }
  }

  /** They lie in the checkout or the installation that we were started from. */
  private static Path buildpacks() {
    return Path.of(System.getProperty("bellows.root", ".")).resolve("buildpacks");
  }

  private <C extends Component> C run(C part) {
    return running.run(part);
  }
}
