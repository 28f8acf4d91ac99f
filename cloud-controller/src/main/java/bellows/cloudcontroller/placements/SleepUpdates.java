package bellows.cloudcontroller.placements;

import bellows.base.lifecycle.Component;
import bellows.base.time.Rounds;
import bellows.base.time.Scheduler;
import bellows.cmdb.Database;
import bellows.cmdb.Notifications;
import bellows.contracts.dea.StartInstance.Sleep;
import bellows.contracts.ids.PlacementId;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Tells running instances when they may sleep, as soon as that changes: a label, a route, a health
 * check, by the API or by plain SQL. Nothing is restarted for it. All of them are compared now and
 * then, as a message may be lost. A controller that starts tells all instances, as no host says
 * what it was told before; told again, it changes nothing.
 */
final class SleepUpdates implements Component {
  private static final String CHANNEL = "bellows_sleep";
  private static final Duration COMPARE_ALL = Duration.ofMinutes(5);

  /** Hosts that are not heard yet are heard by then, unless they are gone. */
  private static final Duration TRY_AGAIN = Duration.ofSeconds(10);

  private final Database database;
  private final Scheduler scheduler;
  private final StartFactsStore facts;
  private final StartSender starts;
  private final PlacementStore store = new PlacementStore();
  private final Set<String> changed = ConcurrentHashMap.newKeySet();
  private final Rounds rounds;
  private final Notifications notifications;
  private volatile long nextAllNanos;

  SleepUpdates(Database database, Scheduler scheduler, StartFactsStore facts, StartSender starts) {
    this.database = database;
    this.scheduler = scheduler;
    this.facts = facts;
    this.starts = starts;
    this.rounds = new Rounds("sleep", TRY_AGAIN, scheduler, this::tell);
    this.notifications = new Notifications(database, CHANNEL, this::allChanged, this::changed);
  }

  @Override
  public void start() {
    nextAllNanos = scheduler.nanoTime();
    rounds.start();
    notifications.start();
  }

  @Override
  public void close() {
    notifications.close();
    rounds.close();
  }

  /** Whether any instance of the app sleeps at times. */
  boolean maySleep(String app) {
    return database.inTransaction(db -> facts.sleep(db, false, Set.of(app))).values().stream()
        .anyMatch(sleep -> sleep.afterSeconds() != null);
  }

  private void allChanged() {
    nextAllNanos = scheduler.nanoTime();
    rounds.signal();
  }

  private void changed(String app) {
    changed.add(app);
    rounds.signal();
  }

  private void tell() {
    boolean all = scheduler.nanoTime() - nextAllNanos >= 0;
    Set<String> apps = new HashSet<>(changed);
    if (!all && apps.isEmpty()) {
      return;
    }
    changed.removeAll(apps);
    if (all) {
      nextAllNanos = scheduler.nanoTime() + COMPARE_ALL.toNanos();
    }
    try {
      changed.addAll(tell(all, apps)); // the next round tries again
    } catch (RuntimeException e) {
      changed.addAll(apps);
      if (all) {
        nextAllNanos = scheduler.nanoTime();
      }
      throw e;
    }
  }

  /**
   * @return the apps of which an instance could not be told, as its host is not heard
   */
  private Set<String> tell(boolean all, Set<String> apps) {
    record Rows(Map<PlacementId, Sleep> sleep, List<Placement> placements) {}
    Rows rows =
        database.inTransaction(db -> new Rows(facts.sleep(db, all, apps), store.of(db, all, apps)));
    List<Placement> wrong =
        rows.placements().stream()
            .filter(Placement::isSettled)
            .filter(placement -> isWrong(placement, rows.sleep()))
            .toList();
    starts.tellSleep(wrong);
    return wrong.stream()
        .filter(placement -> isWrong(placement, rows.sleep()))
        .map(placement -> placement.app().value())
        .collect(Collectors.toSet());
  }

  private boolean isWrong(Placement placement, Map<PlacementId, Sleep> sleep) {
    Sleep due = sleep.get(placement.id());
    return due != null && !starts.told(placement.id()).equals(Optional.of(due));
  }
}
