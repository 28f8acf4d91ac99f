package bellows.cloudcontroller.placements;

import bellows.base.lifecycle.Component;
import bellows.base.time.Rounds;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.cloudcontroller.applog.AppLog;
import bellows.cloudcontroller.environment.EnvironmentSeal;
import bellows.cloudcontroller.environment.VcapApplication;
import bellows.cloudcontroller.placements.PlacementPlan.Removal;
import bellows.cloudcontroller.sleep.SleepPolicy;
import bellows.cmdb.Database;
import bellows.cmdb.Notifications;
import bellows.contracts.Subjects;
import bellows.contracts.dea.DeaHeartbeat;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.InstanceId;
import bellows.contracts.ids.PlacementId;
import bellows.contracts.ids.ProcessGuid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the placement rows what the processes ask for, and the hosts run what the rows say. It
 * looks at everything each time, so it does not matter which change, message or restart made the
 * difference, nor whether anybody told it.
 *
 * <p>Rounds never overlap within one controller; those of several controllers wait for each other
 * in the CMDB. Orders to hosts are sent after the commit and may be repeated.
 */
public final class PlacementReconciler implements Component {
  private static final Logger log = LoggerFactory.getLogger(PlacementReconciler.class);

  /** A start that was sent shows in the next heartbeat; before that it is not sent again. */
  private static final Duration START_SHOWS = Duration.ofSeconds(5);

  /** The CMDB and the hosts tell of every change: this is for what was told and not heard. */
  private static final Duration LOOK_ANYWAY = Duration.ofMinutes(1);

  private static final String CHANNEL = "bellows_desired";

  private final Config config;
  private final Database database;
  private final MessageBus bus;
  private final Scheduler scheduler;
  private final AppLog appLog;
  private final PlacementStore store = new PlacementStore();
  private final StartSender starts;
  private final SleepUpdates sleepUpdates;
  private final HostReports reports;
  private final DeaPool pool;
  private final Rounds rounds;
  private final Notifications notifications;
  private final Map<ProcessGuid, String> unplaced = new ConcurrentHashMap<>();

  /** Told to stop, and in a heartbeat still: from before the order, or the order was lost. */
  private final Set<InstanceId> ending = ConcurrentHashMap.newKeySet();

  private final List<MessageBus.Subscription> requests = new ArrayList<>();
  private Scheduler.@Nullable Timer looks;
  private volatile long startedNanos;
  private volatile Rest rest = Rest.NONE;

  /**
   * What a round has left behind.
   *
   * @param open something is still to be done
   * @param hosts that have placements
   * @param lost those of them that were lost
   */
  private record Rest(boolean open, Set<String> hosts, Set<String> lost) {
    private static final Rest NONE = new Rest(true, Set.of(), Set.of());
  }

  /**
   * @param period time between two looks at what nobody tells: a host that has fallen silent, and
   *     what is still to be done
   * @param moveAfter how long a host must be silent before its placements go to another one: longer
   *     than a restart of its DEA takes, as the instances survive that
   */
  public record Config(Duration period, Duration moveAfter) {
    public static final Config DEFAULT =
        new Config(Duration.ofSeconds(10), HostReports.HEARTBEAT.multipliedBy(3));
  }

  /**
   * @param dropletUrl from a droplet's guid to an address that a DEA may read for a while
   * @param sleep for what nobody says anything about
   */
  public PlacementReconciler(
      Config config,
      Database database,
      MessageBus bus,
      Scheduler scheduler,
      RouteAnnouncements announcements,
      EnvironmentSeal seal,
      VcapApplication vcapApplication,
      UnaryOperator<String> dropletUrl,
      SleepPolicy sleep,
      AppLog appLog) {
    this.config = config;
    this.database = database;
    this.bus = bus;
    this.scheduler = scheduler;
    this.appLog = appLog;
    this.rounds = new Rounds("placements", LOOK_ANYWAY, scheduler, this::reconcile);
    this.reports = new HostReports(bus, scheduler, rounds::signal);
    this.pool = new DeaPool(bus, scheduler, rounds::signal);
    this.notifications = new Notifications(database, CHANNEL, rounds::signal, _ -> rounds.signal());
    StartFactsStore facts = new StartFactsStore(seal, sleep);
    this.starts =
        new StartSender(
            database,
            bus,
            scheduler,
            announcements,
            facts,
            new StartMessages(vcapApplication, dropletUrl),
            host -> reports.dea(host).or(() -> pool.dea(host)),
            appLog);
    this.sleepUpdates = new SleepUpdates(database, scheduler, facts, starts);
  }

  @Override
  public synchronized void start() {
    if (!requests.isEmpty()) {
      return;
    }
    startedNanos = scheduler.nanoTime();
    reports.start();
    pool.start();
    // The health manager looks at the same facts; what it asks for is checked anew by looking too.
    requests.add(bus.subscribe(Subjects.HEALTH_START, "cc", _ -> rounds.signal()));
    requests.add(bus.subscribe(Subjects.HEALTH_STOP, "cc", _ -> rounds.signal()));
    rounds.start();
    looks = scheduler.every(config.period(), this::look);
    notifications.start();
    sleepUpdates.start();
  }

  /** Something that concerns placements was committed. Never blocks. */
  public void changed() {
    rounds.signal();
  }

  /** Why an instance of the process has no place at the moment; empty when all have one. */
  public Optional<String> unplaced(ProcessGuid process) {
    return Optional.ofNullable(unplaced.get(process));
  }

  /** What the last heartbeats say about the instances of this version of a process. */
  public List<DeaHeartbeat.Instance> reported(String version) {
    return reports.fresh().values().stream()
        .flatMap(report -> report.instances().stream())
        .filter(instance -> instance.version().value().equals(version))
        .toList();
  }

  /**
   * Whether any instance of the app sleeps at times, as its policy, routes and health checks say.
   */
  public boolean maySleep(AppGuid app) {
    return sleepUpdates.maySleep(app.value());
  }

  /** What the host's last heartbeat says about the placement, unless that is about to end. */
  Optional<DeaHeartbeat.Instance> reported(String host, PlacementId placement) {
    return Optional.ofNullable(reports.fresh().get(host)).stream()
        .flatMap(report -> report.instances().stream())
        .filter(instance -> placement.equals(instance.placement()))
        .filter(instance -> !ending.contains(instance.instance()))
        .findFirst();
  }

  /**
   * Ends one instance of a process; the placement gets a fresh one.
   *
   * @return false when there is no such placement
   */
  public boolean terminate(ProcessGuid process, int index) {
    Optional<Placement> ended =
        database.inTransaction(db -> {
          Optional<Placement> found = store.find(db, process, index);
          found.ifPresent(placement -> store.delete(db, List.of(placement.id())));
          return found;
        });
    changed();
    return ended.isPresent();
  }

  @Override
  public synchronized void close() {
    requests.forEach(MessageBus.Subscription::close);
    requests.clear();
    if (looks != null) {
      looks.close();
      looks = null;
    }
    sleepUpdates.close();
    notifications.close();
    rounds.close();
    pool.close();
    reports.close();
  }

  private void look() {
    Rest left = rest;
    if (left.open() || !lost(left.hosts()).equals(left.lost())) {
      rounds.signal();
    }
  }

  private Set<String> lost(Set<String> names) {
    List<HostCapacity> hosts = pool.hosts();
    return names.stream().filter(host -> isLost(host, hosts)).collect(Collectors.toSet());
  }

  private void reconcile() {
    rest = Rest.NONE; // and stays so when this round fails
    // Heartbeats before rows: a row that is younger than a heartbeat only causes a start too many,
    // a heartbeat that is younger than the rows would cause a wrong stop.
    Map<String, HostReports.Report> heard = reports.fresh();
    Round round = database.inTransaction(db -> place(db, heard));
    for (Placement placement : round.added()) {
      pool.reserve(placement.host(), placement.memoryMb(), placement.diskMb());
    }
    round.removals().forEach(this::stop);
    ending.retainAll(HostReports.instances(heard));
    InstanceOrders orders = InstanceOrders.of(round.placements(), heard, ending);
    for (DeaHeartbeat.Instance extra : orders.stops()) {
      ending.add(extra.instance());
      bus.publish(Subjects.DEA_STOP, InstanceFilter.one(extra.droplet(), extra.instance()));
    }
    List<Placement> due = due(orders.starts(), round.added(), heard.keySet());
    starts.send(due, orders.asleepElsewhere());
    starts.keepOnly(Set.copyOf(ids(round.placements())));
    boolean settled = round.placements().stream().allMatch(Placement::isSettled);
    Set<String> hosts =
        round.placements().stream().map(Placement::host).collect(Collectors.toSet());
    rest =
        new Rest(!settled || !unplaced.isEmpty() || !orders.starts().isEmpty(), hosts, lost(hosts));
    if (!orders.starts().isEmpty()) {
      // A start may be lost, and then no heartbeat tells of anything new.
      Scheduler.Timer _ = scheduler.after(START_SHOWS.plusSeconds(1), rounds::signal);
    }
  }

  private record Round(List<Placement> placements, List<Placement> added, List<Removal> removals) {}

  private Round place(Handle db, Map<String, HostReports.Report> heard) {
    store.lockPlacing(db);
    List<DesiredProcess> desired = store.desired(db);
    List<HostCapacity> hosts = pool.hosts();
    List<Placement> placements = new ArrayList<>(staying(db, hosts, heard));
    PlacementPlan plan = PlacementPlan.of(desired, placements, host -> isLost(host, hosts));
    List<Placement> gone = plan.removals().stream().map(Removal::placement).toList();
    store.delete(db, ids(gone));
    placements.removeAll(gone);
    List<Placement> added = new ArrayList<>();
    Map<ProcessGuid, String> refusals = new HashMap<>();
    Placer placer = new Placer(hosts, placements, RandomGenerator.getDefault());
    for (Placement unsettled : placements.stream().filter(each -> !each.isSettled()).toList()) {
      Optional<Placement> settled = placer.settle(unsettled);
      if (settled.isPresent()) {
        store.settle(db, settled.get());
        placements.remove(unsettled);
        added.add(settled.get());
      }
    }
    for (Placer.Demand demand : plan.missing()) {
      try {
        Placement placement = placement(demand, placer.place(demand));
        store.insert(db, placement, demand.process().droplet());
        added.add(placement);
      } catch (PlacementException e) {
        refusals.put(demand.process().process(), String.valueOf(e.getMessage()));
        tellOnce(demand.process(), String.valueOf(e.getMessage()));
      }
    }
    unplaced.keySet().retainAll(refusals.keySet());
    placements.addAll(added);
    return new Round(placements, added, plan.removals());
  }

  /**
   * All placements; one that was moved to a host that is not there goes back to the host that still
   * runs it, so that a typing error in SQL stops nothing.
   */
  private List<Placement> staying(
      Handle db, List<HostCapacity> hosts, Map<String, HostReports.Report> heard) {
    List<Placement> all = store.all(db);
    boolean returned = false;
    for (Placement placement : all) {
      if (!placement.isSettled()
          && (isLost(placement.host(), hosts) || isUnknown(placement.host(), hosts))) {
        Optional<String> home = HostReports.runs(heard, placement.id());
        if (home.isPresent()) {
          store.move(db, placement.id(), home.get());
          returned = true;
          log.atWarn()
              .addKeyValue("placement", placement.id())
              .addKeyValue("host", placement.host())
              .addKeyValue("stays_on", home.get())
              .log("placement.no_such_host");
        }
      }
    }
    return returned ? store.all(db) : all;
  }

  private static Placement placement(Placer.Demand demand, Placer.Choice choice) {
    DesiredProcess process = demand.process();
    return new Placement(
        PlacementId.random(),
        process.app(),
        process.process(),
        demand.index(),
        choice.host().host(),
        choice.host().address(),
        choice.port(),
        process.version(),
        process.memoryMb(),
        process.diskMb());
  }

  private void tellOnce(DesiredProcess process, String reason) {
    if (unplaced.put(process.process(), reason) == null) {
      appLog.apiError(process.app(), "Cannot place an instance: " + reason);
      log.atWarn()
          .addKeyValue("app", process.app())
          .addKeyValue("process", process.process())
          .addKeyValue("reason", reason)
          .log("placement.refused");
    }
  }

  private boolean isLost(String host, List<HostCapacity> hosts) {
    if (hosts.isEmpty() || hosts.stream().anyMatch(offer -> offer.host().equals(host))) {
      return false; // it is there, or there is nobody who could take over
    }
    long heard = reports.lastHeardNanos(host).orElse(startedNanos);
    return scheduler.nanoTime() - heard > config.moveAfter().toNanos();
  }

  /** Nobody of that name was ever heard, though every host has had the time to speak. */
  private boolean isUnknown(String host, List<HostCapacity> hosts) {
    return hosts.stream().noneMatch(offer -> offer.host().equals(host))
        && reports.lastHeardNanos(host).isEmpty()
        && scheduler.nanoTime() - startedNanos > HostReports.HEARTBEAT.toNanos();
  }

  /**
   * Told at once, without waiting for a heartbeat that lists the instances; the comparison with the
   * heartbeats finds whatever this misses. An instance of a lost host shares index and version with
   * its replacement, so there only the heartbeat can tell them apart.
   */
  private void stop(Removal removal) {
    Placement placement = removal.placement();
    switch (removal.reason()) {
      case VERSION_GONE, INDEX_GONE ->
          bus.publish(
              Subjects.DEA_STOP,
              new InstanceFilter(
                  placement.app(),
                  placement.version(),
                  List.of(placement.index()),
                  null,
                  null,
                  null));
      case HOST_LOST ->
          log.atWarn()
              .addKeyValue("placement", placement.id())
              .addKeyValue("host", placement.host())
              .log("placement.host_lost");
    }
  }

  /**
   * New placements are started at once; others when their host was heard and did not list them, so
   * that a controller that has just started does not send a start for every running instance.
   */
  private List<Placement> due(List<Placement> missing, List<Placement> added, Set<String> heard) {
    Set<PlacementId> fresh = new HashSet<>(ids(added));
    return missing.stream()
        .filter(placement ->
            fresh.contains(placement.id())
                || (heard.contains(placement.host()) && !starts.sentWithin(START_SHOWS, placement)))
        .toList();
  }

  /** Where the platform could move something to. */
  List<HostCapacity> hosts() {
    return pool.hosts();
  }

  private static List<PlacementId> ids(List<Placement> placements) {
    return placements.stream().map(Placement::id).toList();
  }
}
