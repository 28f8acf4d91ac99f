package bellows.dea;

import bellows.base.archive.Archives;
import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.ids.DeaId;
import bellows.dea.activator.Activator;
import bellows.dea.capacity.Capacity;
import bellows.dea.droplets.DropletCache;
import bellows.dea.heartbeats.Announcer;
import bellows.dea.heartbeats.Finder;
import bellows.dea.instances.InstanceRegistry;
import bellows.dea.instances.Instances;
import bellows.dea.logs.AppLog;
import bellows.dea.logs.LogTails;
import bellows.dea.routes.RouteRegistrar;
import bellows.dea.staging.StagingTasks;
import bellows.dea.status.Status;
import bellows.dea.status.Varz;
import bellows.dea.transfer.Transfers;
import bellows.warden.Warden;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The droplet execution agent: runs and stages what the control plane asks for over the bus, keeps
 * it running, and says what it has (reference/messages.md, section 4).
 *
 * <p>{@link #close} leaves the containers running, and the next DEA on the same directory and
 * warden goes on with them: only {@link #stopAll} ends them.
 */
public final class Dea implements Component {
  private static final Logger log = LoggerFactory.getLogger(Dea.class);
  private static final Duration SAMPLE_EVERY = Duration.ofSeconds(10);
  private static final Duration SWEEP_EVERY = Duration.ofSeconds(60);
  private static final int DROPLET_ENTRIES = 1_000_000;
  private static final long DROPLET_BYTES = 8L << 30;

  private final DeaId id = DeaId.random();
  private final DeaConfig config;
  private final Set<String> ownAddresses = ownAddresses();
  private final MessageBus bus;
  private final Scheduler scheduler;
  private final Scripts scripts;
  private final Transfers transfers;
  private final LogTails tails;
  private final DropletCache droplets;
  private final InstanceRegistry registry;
  private final RouteRegistrar routes;
  private final Announcer announcer;
  private final Instances instances;
  private final Activator activator;
  private final Status status;
  private final StagingTasks staging;
  private final Finder finder;
  private final List<AutoCloseable> open = new ArrayList<>();
  private volatile boolean running;

  /**
   * @param warden started before this, closed after it
   */
  public Dea(DeaConfig config, MessageBus bus, Warden warden, Scheduler scheduler) {
    this(config, bus, warden, scheduler, Dea::onThreadOfItsOwn);
  }

  /**
   * @param executor runs work that waits
   */
  Dea(DeaConfig config, MessageBus bus, Warden warden, Scheduler scheduler, Executor executor) {
    this.config = config;
    this.bus = bus;
    this.scheduler = scheduler;
    scripts = Scripts.in(config.directory().resolve("scripts"));
    transfers = new Transfers();
    tails = new LogTails(bus, scheduler);
    registry = new InstanceRegistry();
    Capacity capacity = new Capacity(config.memoryMb(), config.diskMb());
    AppLog appLog = new AppLog(bus, scheduler);
    droplets =
        new DropletCache(
            new DropletCache.Config(
                config.directory().resolve("droplets"),
                config.dropletCacheBytes(),
                config.keepUnusedDroplets(),
                new Archives.Limits(DROPLET_BYTES, DROPLET_ENTRIES)),
            transfers,
            scheduler);
    routes =
        new RouteRegistrar(
            new RouteRegistrar.Config(id, config.address(), config.registerEvery()),
            registry,
            bus,
            scheduler);
    announcer =
        new Announcer(
            new Announcer.Config(
                id,
                config.host(),
                config.address(),
                config.stacks(),
                config.firstPort(),
                config.lastPort(),
                config.heartbeatEvery(),
                config.advertiseEvery()),
            registry,
            capacity,
            bus,
            scheduler);
    finder = new Finder(id, config.address(), registry, scheduler);
    instances =
        new Instances(
            new Instances.Config(
                config.directory().resolve("instances"),
                config.address(),
                scripts.start(),
                config.firstPort(),
                config.lastPort(),
                config.startLimit(),
                config.stopGrace(),
                config.processes(),
                config.logBytesPerSecond(),
                config.sleep().keepAwake(),
                config.sleep().shortest()),
            registry,
            new Instances.Neighbours(
                warden,
                droplets,
                capacity,
                tails,
                appLog,
                new BusEvents(routes, announcer),
                scheduler,
                executor,
                () -> ThreadLocalRandom.current().nextDouble()));
    activator =
        new Activator(
            config.sleep().activator(), instances.placements(), this::callsForOthers, scheduler);
    status =
        new Status(
            new Varz(config.stacks(), registry, capacity, instances.wakeCounts(), activator, warden)
                ::page,
            bus,
            scheduler);
    staging =
        new StagingTasks(
            new StagingTasks.Config(
                config.directory().resolve("staging"), scripts.stage(), config.processes()),
            new StagingTasks.Neighbours(
                warden, capacity, transfers, tails, appLog, scheduler, executor),
            announcer::roomChanged);
  }

  private static void onThreadOfItsOwn(Runnable task) {
    Thread.ofVirtual()
        .name("dea")
        .start(() -> {
          try {
            task.run();
          } catch (RuntimeException | Error e) {
            log.atError().setCause(e).log("dea.task_failed");
          }
        });
  }

  /** Whoever calls from this host cannot be told apart, and behind a router there are many. */
  private boolean callsForOthers(String address) {
    return address.equals(config.address())
        || address.startsWith("127.")
        || ownAddresses.contains(address)
        || routes.isRouter(address);
  }

  /** The kernel lets local callers come from any of them, not always from the one they called. */
  private static Set<String> ownAddresses() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .map(InetAddress::getHostAddress)
          .collect(Collectors.toUnmodifiableSet());
    } catch (SocketException e) {
      throw new UncheckedIOException("cannot tell this host's addresses", e);
    }
  }

  /** This run's id; another one after each start. */
  public DeaId id() {
    return id;
  }

  /** Who meets the callers of sleeping instances. */
  Activator activator() {
    return activator;
  }

  @Override
  public synchronized void start() {
    if (running) {
      return;
    }
    running = true;
    scripts.write();
    droplets.open();
    staging.open();
    instances.adopt();
    activator.start();
    open.add(activator);
    status.start();
    open.add(status);
    listen();
    routes.start();
    open.add(routes);
    // The first heartbeat already holds what was adopted, so nothing of it is started again.
    announcer.start();
    open.add(announcer);
    open.add(scheduler.every(SAMPLE_EVERY, finder::sample));
    open.add(scheduler.every(SWEEP_EVERY, this::sweep));
    log.atInfo().addKeyValue("dea", id).addKeyValue("host", config.host()).log("dea.start");
  }

  private void listen() {
    bus.onReconnect(this::afterReconnect);
    open.add(bus.subscribe(Subjects.deaStart(id), m -> m.message().ifPresent(instances::start)));
    open.add(bus.subscribe(Subjects.DEA_STOP, m -> m.message().ifPresent(this::stop)));
    open.add(bus.subscribe(Subjects.DEA_SLEEP, m -> m.message().ifPresent(instances::sleep)));
    open.add(bus.subscribe(Subjects.DEA_WAKE, m -> m.message().ifPresent(instances::wake)));
    open.add(bus.subscribe(Subjects.DEA_UPDATE, m -> m.message().ifPresent(instances::update)));
    open.add(bus.subscribe(Subjects.DEA_FIND_DROPLET, finder::answer));
    open.add(bus.subscribe(Subjects.DEA_LOCATE, _ -> announcer.advertise()));
    open.add(bus.subscribe(Subjects.stagingStart(id), staging::start));
    open.add(
        bus.subscribe(
            Subjects.STAGING_STOP, m -> m.message().ifPresent(s -> staging.stop(s.app()))));
  }

  private void sweep() {
    droplets.sweep();
    instances.sweep();
  }

  /** Ends what the filter means; without any narrowing, the app's staging too. */
  private void stop(InstanceFilter filter) {
    instances.stop(filter);
    if (filter.equals(InstanceFilter.all(filter.droplet()))) {
      staging.stop(filter.droplet());
    }
  }

  private void afterReconnect() {
    if (running) {
      routes.registerAll();
      announcer.hello();
    }
  }

  /** No further instances; those that run serve on until they are stopped. */
  public void evacuate() {
    announcer.evacuate();
    instances.evacuate();
  }

  /**
   * Ends every instance and staging task.
   *
   * @return whether all was gone in time
   */
  public boolean stopAll(Duration wait) {
    announcer.evacuate();
    staging.close();
    return instances.stopAll(wait);
  }

  @Override
  public synchronized void close() {
    if (!running) {
      return;
    }
    running = false;
    for (AutoCloseable one : open.reversed()) {
      try {
        one.close();
      } catch (Exception e) {
        log.atWarn().setCause(e).log("dea.close_failed");
      }
    }
    open.clear();
    staging.close();
    instances.close();
    tails.close();
    transfers.close();
  }
}
