package bellows.router.routes;

import bellows.contracts.routing.RouterRegister;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Keeps the route table as the bus describes it. One thread at a time changes it, under a lock that
 * no reader takes; a batch becomes visible at once.
 */
public final class RouteRegistry {
  private static final int NANOS_PER_MILLI = 1_000_000;

  private final RouteRules rules;
  private final Object writing = new Object();
  private final RegistrationReader reader;
  private final Places places = new Places();

  /** Routes without endpoints that are still there, and since when they are without. */
  private final Map<Pool, Long> lingering = new HashMap<>();

  private volatile RouteTable table;
  private volatile long lastChangeNanos;
  private volatile int endpointCount;

  /** A message and what it asks for. */
  public record Update(Kind kind, RouterRegister message) {
    /** Which subject it came on. */
    public enum Kind {
      REGISTER,
      UNREGISTER
    }
  }

  public RouteRegistry(RouteRules rules) {
    this.rules = rules;
    this.reader = new RegistrationReader(rules);
    this.table = RouteTable.empty(rules.reservedHosts());
  }

  /** The routes as they are now. */
  public RouteTable table() {
    return table;
  }

  public int routes() {
    return table.routes();
  }

  public int endpoints() {
    return endpointCount;
  }

  /** When a route or an endpoint last came or went. */
  public long lastChangeNanos() {
    return lastChangeNanos;
  }

  /** Follows the messages in order; those that make no sense go to {@code refused}. */
  public void apply(List<Update> updates, long now, Consumer<RegistrationException> refused) {
    synchronized (writing) {
      RouteTableChange change = table.change();
      for (Update update : updates) {
        try {
          Registration registration = reader.read(update.message());
          switch (update.kind()) {
            case REGISTER -> register(change, registration, now);
            case UNREGISTER -> unregister(change, registration, now);
          }
        } catch (RegistrationException e) {
          refused.accept(e);
        }
      }
      publish(change);
    }
  }

  private void register(RouteTableChange change, Registration registration, long now) {
    if (!rules.isolation().takes(registration.traits().segment())) {
      unregister(change, registration, now); // it may have moved to another segment
      return;
    }
    Place place = place(change, registration, now);
    Endpoint endpoint = place.endpoint();
    for (Uri uri : registration.uris()) {
      Pool pool = change.pool(uri);
      if (place.claim(pool, millis(now))) {
        pool.put(endpoint);
        lingering.remove(pool);
        lastChangeNanos = now;
      }
      pool.describe(registration.options());
    }
  }

  /** The place of a registration, described as that says. */
  private Place place(RouteTableChange change, Registration registration, long now) {
    Traits traits = registration.traits();
    byte[] own = registration.own();
    Place known = places.find(registration.place());
    if (known != null && !known.endpoint().isOfSameApp(own)) {
      // The port went to another app and the unregister message was lost: a request for the old
      // app must never reach the new one.
      leave(change, known, now);
      known = null;
    }
    if (known == null) {
      Place place = registration.place();
      place.describe(new Endpoint(place, traits, own, null));
      places.add(place);
      lastChangeNanos = now;
      return place;
    }
    if (!known.endpoint().isDescribedBy(traits, own)) {
      Endpoint anew = new Endpoint(known, traits, own, known.endpoint());
      known.describe(anew);
      known.forEachRoute(pool -> pool.put(anew));
    }
    return known;
  }

  private void unregister(RouteTableChange change, Registration registration, long now) {
    Place place = places.find(registration.place());
    if (place == null) {
      return;
    }
    if (!registration.isOfNoApp() && !place.endpoint().isOfSameApp(registration.own())) {
      return; // late: the address is another app's by now
    }
    for (Uri uri : registration.uris()) {
      Pool pool = change.find(uri);
      if (pool != null && place.remove(pool)) {
        removeFrom(change, pool, place, now);
      }
    }
    leaveIfUnused(place);
  }

  private void leave(RouteTableChange change, Place place, long now) {
    place.forEachRoute(pool -> removeFrom(change, pool, place, now));
    forget(place);
  }

  private void leaveIfUnused(Place place) {
    if (place.servesNothing()) {
      forget(place);
    }
  }

  private void forget(Place place) {
    place.leave();
    places.remove(place);
  }

  private void removeFrom(RouteTableChange change, Pool pool, Place place, long now) {
    pool.remove(place);
    lastChangeNanos = now;
    if (pool.isEmpty()) {
      if (rules.emptyRouteLinger().isZero()) {
        change.remove(pool);
      } else {
        lingering.put(pool, now);
      }
    }
  }

  private void publish(RouteTableChange change) {
    table = change.done(table);
    endpointCount = places.count();
  }

  private static int millis(long nanos) {
    return (int) (nanos / NANOS_PER_MILLI);
  }

  /** Removes what has not been registered for too long; how many routes of endpoints that were. */
  public int prune(long now) {
    synchronized (writing) {
      RouteTableChange change = table.change();
      List<Place> stale = new ArrayList<>();
      places.forEach(place -> {
        place.endpoint().forgetReading();
        place.forEachRoute(pool -> pool.forgetOldTraffic(now));
        if (!stale(place, now).isEmpty()) {
          stale.add(place);
        }
      });
      int pruned = 0;
      for (Place place : stale) {
        pruned += prune(change, place, now);
      }
      dropEmptyRoutes(change, now);
      publish(change);
      return pruned;
    }
  }

  /** Removes what has shown that it is not what was registered. */
  public void drop(Endpoint endpoint, long now) {
    synchronized (writing) {
      Place place = places.find(endpoint.place());
      if (place != null && place.endpoint() == endpoint) {
        RouteTableChange change = table.change();
        leave(change, place, now);
        publish(change);
      }
    }
  }

  /** The routes that the place was not registered for in time. */
  private static List<Pool> stale(Place place, long now) {
    Traits traits = place.endpoint().traits();
    // What shows a certificate proves itself with each connection (reference/messages.md, 2.2).
    return traits.speaksTls()
        ? List.of()
        : place.unclaimedFor(traits.staleAfterMillis(), millis(now));
  }

  private int prune(RouteTableChange change, Place place, long now) {
    List<Pool> pools = stale(place, now);
    for (Pool pool : pools) {
      place.remove(pool);
      removeFrom(change, pool, place, now);
    }
    leaveIfUnused(place);
    return pools.size();
  }

  private void dropEmptyRoutes(RouteTableChange change, long now) {
    long linger = rules.emptyRouteLinger().toNanos();
    lingering
        .entrySet()
        .removeIf(entry -> {
          boolean over = now - entry.getValue() >= linger;
          if (over) {
            change.remove(entry.getKey());
          }
          return over;
        });
  }

  /** Counts every endpoint as just heard of: after the bus was away nobody could register. */
  public void refreshAll(long now) {
    synchronized (writing) {
      places.forEach(place -> place.claimAll(millis(now)));
    }
  }

  /** Shows each route, in no order. */
  public void forEach(Consumer<Pool> visitor) {
    table.forEach(visitor);
  }

  public RouteRules rules() {
    return rules;
  }
}
