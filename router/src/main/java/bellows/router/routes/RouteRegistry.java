package bellows.router.routes;

import bellows.contracts.routing.RouterRegister;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the route table as the bus describes it. One thread at a time changes it, under a lock that
 * no reader takes; a batch becomes visible at once.
 */
public final class RouteRegistry {
  private final RouteRules rules;
  private final Object writing = new Object();

  /** What is registered, by address: the writer's own index. */
  private final Map<String, Registered> registered = new HashMap<>();

  private final Map<Uri, Pool> pools = new HashMap<>();
  private final Set<Uri> lingering = new LinkedHashSet<>();
  private volatile RouteTable table;
  private volatile long lastChangeNanos;
  private volatile int routeCount;
  private volatile int endpointCount;

  /** An address, and when each route that it serves was last heard of. */
  private static final class Registered {
    private Endpoint endpoint;
    private final Map<Uri, Long> uris = new HashMap<>();

    private Registered(Endpoint endpoint) {
      this.endpoint = endpoint;
    }
  }

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
    this.table = RouteTable.empty(rules.reservedHosts());
  }

  /** The routes as they are now. */
  public RouteTable table() {
    return table;
  }

  public int routes() {
    return routeCount;
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
      RouteTable.Change change = table.change();
      for (Update update : updates) {
        try {
          Registration registration = Registration.of(update.message(), rules);
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

  private void register(RouteTable.Change change, Registration registration, long now) {
    Endpoint.Identity identity = registration.identity();
    if (registration.tls()) {
      throw new RegistrationException(RegistrationException.Reason.TLS_ONLY, identity.address());
    }
    Registered old = registered.get(identity.address());
    if (old != null && !old.endpoint.identity().app().equals(identity.app())) {
      // The port went to another app and the unregister message was lost: a request for the old
      // app must never reach the new one.
      removeAll(change, old, now);
      old = null;
    }
    Registered entry = old;
    if (entry == null) {
      entry = new Registered(endpoint(identity, null));
      registered.put(identity.address(), entry);
      lastChangeNanos = now;
    } else if (!entry.endpoint.identity().equals(identity)) {
      entry.endpoint = endpoint(identity, entry.endpoint);
      for (Uri uri : entry.uris.keySet()) {
        pool(change, uri).put(entry.endpoint);
      }
    }
    for (Uri uri : registration.uris()) {
      if (entry.uris.put(uri, now) == null) {
        pool(change, uri).put(entry.endpoint);
        lingering.remove(uri);
        lastChangeNanos = now;
      }
    }
  }

  private static Endpoint endpoint(Endpoint.Identity identity, @Nullable Endpoint old) {
    return new Endpoint(identity, new InetSocketAddress(identity.ip(), identity.port()), old);
  }

  private Pool pool(RouteTable.Change change, Uri uri) {
    return pools.computeIfAbsent(
        uri,
        key -> {
          Pool pool = new Pool(key);
          change.put(key, pool);
          return pool;
        });
  }

  private void unregister(RouteTable.Change change, Registration registration, long now) {
    Registered entry = registered.get(registration.identity().address());
    if (entry == null) {
      return;
    }
    String app = registration.identity().app();
    if (!app.isEmpty() && !app.equals(entry.endpoint.identity().app())) {
      return; // late: the address is another app's by now
    }
    for (Uri uri : registration.uris()) {
      if (entry.uris.remove(uri) != null) {
        removeFrom(change, uri, entry.endpoint.address(), now);
      }
    }
    if (entry.uris.isEmpty()) {
      registered.remove(entry.endpoint.address());
    }
  }

  private void removeAll(RouteTable.Change change, Registered entry, long now) {
    for (Uri uri : entry.uris.keySet()) {
      removeFrom(change, uri, entry.endpoint.address(), now);
    }
    registered.remove(entry.endpoint.address());
  }

  private void removeFrom(RouteTable.Change change, Uri uri, String address, long now) {
    Pool pool = pools.get(uri);
    if (pool == null || !pool.remove(address, now)) {
      return;
    }
    lastChangeNanos = now;
    if (pool.isEmpty()) {
      if (rules.emptyRouteLinger().isZero()) {
        pools.remove(uri);
        change.put(uri, null);
      } else {
        lingering.add(uri);
      }
    }
  }

  private void publish(RouteTable.Change change) {
    table = change.done();
    routeCount = pools.size();
    endpointCount = registered.size();
  }

  /** Removes what has not been registered for too long; how many routes of endpoints that were. */
  public int prune(long now) {
    synchronized (writing) {
      RouteTable.Change change = table.change();
      int pruned = 0;
      for (Registered entry : List.copyOf(registered.values())) {
        long staleAfter = entry.endpoint.identity().staleAfterNanos();
        List<Uri> stale = new ArrayList<>();
        entry.uris.forEach((uri, seen) -> {
          if (now - seen > staleAfter) {
            stale.add(uri);
          }
        });
        for (Uri uri : stale) {
          entry.uris.remove(uri);
          removeFrom(change, uri, entry.endpoint.address(), now);
        }
        if (entry.uris.isEmpty()) {
          registered.remove(entry.endpoint.address());
        }
        pruned += stale.size();
      }
      dropEmptyRoutes(change, now);
      publish(change);
      return pruned;
    }
  }

  private void dropEmptyRoutes(RouteTable.Change change, long now) {
    long linger = rules.emptyRouteLinger().toNanos();
    lingering.removeIf(uri -> {
      Pool pool = pools.get(uri);
      boolean over = pool == null || now - pool.emptySinceNanos() >= linger;
      if (over) {
        pools.remove(uri);
        change.put(uri, null);
      }
      return over;
    });
  }

  /** Counts every endpoint as just heard of: after the bus was away nobody could register. */
  public void refreshAll(long now) {
    synchronized (writing) {
      registered.values().forEach(entry -> entry.uris.replaceAll((uri, seen) -> now));
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
