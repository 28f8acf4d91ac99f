package bellows.cloudcontroller.placements;

import bellows.base.lifecycle.Component;
import bellows.base.time.Rounds;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.cloudcontroller.environment.EnvironmentSeal;
import bellows.cloudcontroller.environment.EnvironmentStore;
import bellows.cmdb.Database;
import bellows.contracts.Subjects;
import bellows.contracts.routing.RouteGrants;
import bellows.contracts.routing.RouteGrants.Grant;
import bellows.contracts.routing.RouteUris;
import bellows.contracts.routing.RoutedUris;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Announces to routers which routes each app has and where its placements are, so that a strict one
 * takes no registration that the CMDB knows nothing of: all when a router starts and now and then,
 * single apps before their instances are told. Thread-safe.
 */
public final class RouteAnnouncements implements Component {
  private static final Duration TELL_ALL = Duration.ofMinutes(5);

  private final Database database;
  private final MessageBus bus;
  private final Scheduler scheduler;
  private final EnvironmentStore environments;
  private final Rounds rounds;
  private MessageBus.@Nullable Subscription routers;

  public RouteAnnouncements(
      Database database, MessageBus bus, Scheduler scheduler, EnvironmentSeal seal) {
    this.database = database;
    this.bus = bus;
    this.scheduler = scheduler;
    this.environments = new EnvironmentStore(seal);
    this.rounds = new Rounds("route-announcements", TELL_ALL, scheduler, this::tellAll);
  }

  @Override
  public synchronized void start() {
    if (routers == null) {
      routers = bus.subscribe(Subjects.ROUTER_START, _ -> rounds.signal());
      bus.onReconnect(rounds::signal);
      rounds.start();
    }
  }

  @Override
  public synchronized void close() {
    if (routers != null) {
      routers.close();
      routers = null;
    }
    rounds.close();
  }

  /** As they are now, without routes or placements too. */
  void tell(Collection<String> apps) {
    if (!apps.isEmpty()) {
      publish(RouteGrants.news(database.inTransaction(db -> grants(db, apps))));
    }
  }

  private void tellAll() {
    List<Grant> all = database.inTransaction(db -> grants(db, RouteUpdates.placedApps(db)));
    publish(RouteGrants.all(scheduler.now().toEpochMilli(), all));
  }

  private void publish(List<RouteGrants> messages) {
    for (RouteGrants message : messages) {
      String last = message.grants().isEmpty() ? "" : message.grants().getLast().app();
      if (!OneMessage.publish(bus, Subjects.ROUTE_GRANTS, message, last)) {
        // Routers wait for all parts of a list.
        bus.publish(Subjects.ROUTE_GRANTS, message.emptied());
      }
    }
  }

  private List<Grant> grants(Handle db, Collection<String> apps) {
    Map<String, List<String>> addresses = new HashMap<>();
    db.createQuery(
            """
            select p.app_guid, pl.address || ':' || pl.port as address
            from placements pl join processes p on p.guid = pl.process_guid
            where p.app_guid = any(:apps)\
            """)
        .bind("apps", apps.toArray(String[]::new))
        .map((row, _) -> Map.entry(row.getString("app_guid"), row.getString("address")))
        .forEach(of ->
            addresses.computeIfAbsent(of.getKey(), _ -> new ArrayList<>()).add(of.getValue()));
    Map<String, Map<String, RoutedUris>> uris = environments.urisByProcessType(db, apps);
    return apps.stream()
        .map(app ->
            grant(
                app,
                uris.getOrDefault(app, Map.of()).values().stream()
                    .flatMap(routed -> routed.uris().stream())
                    .distinct()
                    .toList(),
                addresses.getOrDefault(app, List.of())))
        .toList();
  }

  private static Grant grant(String app, List<String> uris, List<String> addresses) {
    return new Grant(app, RouteUris.http(uris), addresses, RouteUris.tcpPorts(uris));
  }
}
