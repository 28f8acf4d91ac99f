package bellows.cloudcontroller.placements;

import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.cloudcontroller.applog.AppLog;
import bellows.cmdb.Database;
import bellows.contracts.Subjects;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.dea.StartInstance.Sleep;
import bellows.contracts.ids.DeaId;
import bellows.contracts.ids.PlacementId;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Sends start messages, and remembers what they said and when. To a DEA that runs the placement
 * already, a start message is news about its sleep only; to one that has lost it meanwhile it is a
 * start, so it always says all.
 *
 * <p>Thread-safe.
 */
final class StartSender {
  private static final Logger log = LoggerFactory.getLogger(StartSender.class);

  private final Database database;
  private final MessageBus bus;
  private final Scheduler scheduler;
  private final RouteAnnouncements announcements;
  private final StartFactsStore facts;
  private final StartMessages messages;
  private final Function<String, Optional<DeaId>> deaOf;
  private final AppLog appLog;
  private final Map<PlacementId, Sent> sent = new ConcurrentHashMap<>();

  /**
   * @param tooLong for the bus, and so not sent in truth
   */
  private record Sent(String host, long atNanos, Sleep sleep, boolean tooLong) {}

  /**
   * @param announcements tell routers of a placement before its host is told
   * @param deaOf the DEA that speaks for a host now
   * @param appLog tells an app's owner why it cannot be started
   */
  StartSender(
      Database database,
      MessageBus bus,
      Scheduler scheduler,
      RouteAnnouncements announcements,
      StartFactsStore facts,
      StartMessages messages,
      Function<String, Optional<DeaId>> deaOf,
      AppLog appLog) {
    this.database = database;
    this.bus = bus;
    this.scheduler = scheduler;
    this.announcements = announcements;
    this.facts = facts;
    this.messages = messages;
    this.deaOf = deaOf;
    this.appLog = appLog;
  }

  /**
   * Makes the hosts run them. Those whose host nobody speaks for are left out.
   *
   * @param asleep placements whose instance sleeps elsewhere
   */
  void send(Collection<Placement> placements, Set<PlacementId> asleep) {
    for (Placement placement : publish(placements, asleep).keySet()) {
      log(placement, Level.INFO, "instance.start_sent");
    }
  }

  /**
   * Tells the hosts when instances that they run may sleep. Those whose host nobody speaks for are
   * left out.
   */
  void tellSleep(Collection<Placement> placements) {
    publish(placements, Set.of())
        .forEach((placement, before) ->
            // A controller that has just started does not know what its predecessor has told.
            log(placement, before.isPresent() ? Level.INFO : Level.DEBUG, "instance.sleep_told"));
  }

  /**
   * @return what was sent, and what was sent of it before
   */
  private Map<Placement, Optional<Sent>> publish(
      Collection<Placement> placements, Set<PlacementId> asleep) {
    Map<Placement, Optional<Sent>> published = new LinkedHashMap<>();
    if (placements.isEmpty()) {
      return published;
    }
    record Facts(List<StartFacts> all, Map<String, String> runningGroup) {}
    Facts known =
        database.inTransaction(
            db -> new Facts(facts.facts(db, placements), facts.runningGroup(db)));
    announcements.tell(
        placements.stream().map(placement -> placement.app().value()).distinct().toList());
    for (StartFacts each : known.all()) {
      Placement placement = each.placement();
      Optional<DeaId> dea = deaOf.apply(placement.host());
      if (dea.isPresent()) {
        StartInstance message =
            messages.message(each, known.runningGroup(), asleep.contains(placement.id()));
        boolean isPublished =
            OneMessage.publish(bus, Subjects.deaStart(dea.get()), message, placement.app().value());
        Sent now =
            new Sent(
                placement.host(), scheduler.nanoTime(), messages.sleep(each, false), !isPublished);
        // What is too long is not tried at once either.
        Sent before = sent.put(placement.id().kept(), now);
        if (isPublished) {
          published.put(placement, Optional.ofNullable(before));
        } else if (before == null || !before.tooLong()) {
          appLog.apiError(placement.app(), tooLong(placement.index()));
        }
      }
    }
    return published;
  }

  private static String tooLong(int index) {
    return "Cannot tell a host to run instance %d: the app's routes, environment variables and service"
            .formatted(index)
        + " credentials together are longer than a message may be (1 MB); unmap routes or shorten"
        + " variables";
  }

  private static void log(Placement placement, Level level, String event) {
    log.atLevel(level)
        .addKeyValue("placement", placement.id())
        .addKeyValue("app", placement.app())
        .addKeyValue("index", placement.index())
        .addKeyValue("host", placement.host())
        .log(event);
  }

  /** Whether the last message went to the placement's host, and not longer ago than that. */
  boolean sentWithin(Duration time, Placement placement) {
    Sent last = sent.get(placement.id());
    return last != null
        && last.host().equals(placement.host())
        && scheduler.nanoTime() - last.atNanos() <= time.toNanos();
  }

  /** What the last message said about sleep; empty when this controller has sent none. */
  Optional<Sleep> told(PlacementId placement) {
    return Optional.ofNullable(sent.get(placement)).map(Sent::sleep);
  }

  /** Forgets all others. */
  void keepOnly(Set<PlacementId> placements) {
    sent.keySet().retainAll(placements);
  }
}
