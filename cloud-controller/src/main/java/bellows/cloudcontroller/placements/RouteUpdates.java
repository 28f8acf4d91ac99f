package bellows.cloudcontroller.placements;

import bellows.base.lifecycle.Component;
import bellows.base.time.Rounds;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.cloudcontroller.environment.EnvironmentSeal;
import bellows.cloudcontroller.environment.EnvironmentStore;
import bellows.cloudcontroller.routes.RouteChanges;
import bellows.cmdb.Database;
import bellows.contracts.Subjects;
import bellows.contracts.dea.UpdateInstances;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.routing.RoutedUris;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Tells the DEAs which routes the running instances of an app have: at once after a change and once
 * more soon after it, as a message may be lost; all of them when the bus or a DEA was away, and now
 * and then. The same routes told again change nothing.
 */
public final class RouteUpdates implements RouteChanges, Component {
  private static final Duration TELL_AGAIN = Duration.ofSeconds(30);
  private static final Duration TELL_ALL = Duration.ofMinutes(5);

  private final Database database;
  private final RouteAnnouncements announcements;
  private final MessageBus bus;
  private final Scheduler scheduler;
  private final EnvironmentStore environments;
  private final Set<String> changed = ConcurrentHashMap.newKeySet();
  private final Rounds rounds;
  private final Set<String> again = new HashSet<>();
  private volatile long nextAllNanos;
  private MessageBus.@Nullable Subscription hellos;
  private long nextAgainNanos;

  /**
   * @param announcements tell routers before the DEAs are told
   */
  public RouteUpdates(
      Database database,
      RouteAnnouncements announcements,
      MessageBus bus,
      Scheduler scheduler,
      EnvironmentSeal seal) {
    this.announcements = announcements;
    this.database = database;
    this.bus = bus;
    this.scheduler = scheduler;
    this.environments = new EnvironmentStore(seal);
    this.rounds = new Rounds("routes", TELL_AGAIN, scheduler, this::tell);
  }

  @Override
  public void start() {
    nextAllNanos = scheduler.nanoTime();
    nextAgainNanos = nextAllNanos;
    bus.onReconnect(this::allChanged);
    hellos = bus.subscribe(Subjects.DEA_START, _ -> allChanged());
    rounds.start();
  }

  @Override
  public void close() {
    if (hellos != null) {
      hellos.close();
      hellos = null;
    }
    rounds.close();
  }

  @Override
  public void changed(Handle db, String appGuid) {
    db.afterCommit(() -> {
      changed.add(appGuid);
      rounds.signal();
    });
  }

  private void allChanged() {
    nextAllNanos = scheduler.nanoTime();
    rounds.signal();
  }

  private void tell() {
    long now = scheduler.nanoTime();
    Set<String> news = new HashSet<>(changed);
    changed.removeAll(news);
    Set<String> apps = new HashSet<>(news);
    if (now - nextAgainNanos >= 0) {
      nextAgainNanos = now + TELL_AGAIN.toNanos();
      apps.addAll(again);
      again.clear();
    }
    again.addAll(news);
    boolean all = now - nextAllNanos >= 0;
    if (all) {
      nextAllNanos = now + TELL_ALL.toNanos();
    }
    try {
      tell(all, apps);
    } catch (RuntimeException e) { // the next round tries again
      changed.addAll(apps);
      if (all) {
        nextAllNanos = now;
      }
      throw e;
    }
  }

  private void tell(boolean all, Set<String> apps) {
    announcements.tell(apps); // of all others they tell by themselves
    if (all) {
      apps.addAll(database.inTransaction(RouteUpdates::placedApps));
    }
    if (apps.isEmpty()) {
      return;
    }
    for (UpdateInstances update : database.inTransaction(db -> updates(db, apps))) {
      OneMessage.publish(bus, Subjects.DEA_UPDATE, update, update.droplet().value());
    }
  }

  static List<String> placedApps(Handle db) {
    return db.createQuery(
            """
            select distinct p.app_guid
            from placements pl join processes p on p.guid = pl.process_guid\
            """)
        .mapTo(String.class)
        .list();
  }

  private List<UpdateInstances> updates(Handle db, Collection<String> apps) {
    Map<String, Map<String, RoutedUris>> uris = environments.urisByProcessType(db, apps);
    return db.createQuery(
            """
            select p.app_guid, p.type, p.version from processes p
            where p.app_guid = any(:apps)
              and exists (select 1 from placements pl where pl.process_guid = p.guid)\
            """)
        .bind("apps", apps.toArray(String[]::new))
        .map((row, _) ->
            new UpdateInstances(
                new AppGuid(row.getString("app_guid")),
                uris.getOrDefault(row.getString("app_guid"), Map.of())
                    .getOrDefault(row.getString("type"), RoutedUris.NONE),
                new AppVersion(row.getString("version"))))
        .list();
  }
}
