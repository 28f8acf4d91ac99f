package bellows.router;

import bellows.base.ids.Ids;
import bellows.base.lifecycle.Component;
import bellows.base.lifecycle.Components;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import bellows.contracts.routing.RouterGreeting;
import bellows.router.accesslog.AccessLog;
import bellows.router.backend.BackendPool;
import bellows.router.backend.Transport;
import bellows.router.balance.Balancer;
import bellows.router.balance.StickySession;
import bellows.router.bus.Announcer;
import bellows.router.bus.Filling;
import bellows.router.bus.Greeter;
import bellows.router.bus.Pruner;
import bellows.router.bus.Refusals;
import bellows.router.bus.RouteFeed;
import bellows.router.http1.Limits;
import bellows.router.pipeline.Counters;
import bellows.router.pipeline.FrontDoor;
import bellows.router.pipeline.Shared;
import bellows.router.pipeline.Timeouts;
import bellows.router.pipeline.TrustedProxies;
import bellows.router.routes.Pool;
import bellows.router.routes.RouteRegistry;
import bellows.router.routes.RouteRules;
import bellows.router.status.StatusPages;
import bellows.router.status.StatusServer;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes HTTP requests and hands each to an instance that serves its route, as the bus describes
 * them. Start order: the routes first, then the door.
 */
public final class Router implements Component {
  private static final Logger log = LoggerFactory.getLogger(Router.class);

  /** Publishers register again in this rhythm; six of them fit the stale threshold. */
  private static final int REGISTER_INTERVAL_SECONDS = 20;

  /**
   * gorouter says 500. An activator holds 1,000 connections for one endpoint, all of which are in
   * flight when it wakes, and what comes then must not be turned away either.
   */
  private static final int CONNECTIONS_PER_ENDPOINT = 2000;

  private final Config config;
  private final RouteRegistry registry;
  private final Counters counters = new Counters();
  private final Refusals refusals;
  private final AccessLog accessLog;
  private final FrontDoor door;
  private final MessageBus bus;
  private final Scheduler scheduler;
  private final String uuid;
  private @Nullable Components running;
  private @Nullable StatusServer status;

  /**
   * All that can be set. {@link #defaults} gives the values that fit a machine of its own; the
   * methods below change one thing each.
   *
   * @param port 0 for any free one
   * @param statusPort on the loopback address; null for no status endpoints, 0 for any free port
   * @param statusUser for /varz and /routes
   * @param index of this router among several
   * @param quietPeriod the table counts as complete when nothing new has come for this long
   * @param fillTimeout then the router listens with the table as it is
   * @param maxAttempts endpoints tried for one request
   * @param connectionsPerEndpoint requests in flight at one endpoint; 0 for no limit
   * @param sessionCookies names of cookies that make a session sticky
   * @param trustedProxies subnets whose X-Forwarded-* headers are believed
   * @param accessLog appended to; null for none
   * @param loops event loops; 0 for one per core
   * @param transport null for the fastest one there is
   */
  public record Config(
      String host,
      int port,
      @Nullable Integer statusPort,
      String statusUser,
      String statusPassword,
      int index,
      RouteRules routes,
      Duration quietPeriod,
      Duration fillTimeout,
      Timeouts timeouts,
      Limits limits,
      BackendPool.Config backends,
      int maxAttempts,
      int connectionsPerEndpoint,
      Set<String> sessionCookies,
      List<String> trustedProxies,
      @Nullable Path accessLog,
      int loops,
      @Nullable Transport transport) {

    public Config {
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException("router.port must be 0 to 65535: " + port);
      }
      if (maxAttempts < 1) {
        throw new IllegalArgumentException("router.max_attempts must be at least 1");
      }
      sessionCookies = Set.copyOf(sessionCookies);
      trustedProxies = List.copyOf(trustedProxies);
    }

    /** Port 8080 on all addresses, no status endpoints, random credentials, no access log file. */
    public static Config defaults() {
      return new Config(
          "0.0.0.0",
          8080,
          null,
          Ids.secret(8),
          Ids.secret(16),
          0,
          RouteRules.DEFAULT,
          Duration.ofMillis(200),
          Duration.ofSeconds(2),
          Timeouts.DEFAULT,
          Limits.DEFAULT,
          BackendPool.Config.DEFAULT,
          3,
          CONNECTIONS_PER_ENDPOINT,
          Set.of("JSESSIONID"),
          List.of("127.0.0.0/8", "::1/128"),
          null,
          0,
          null);
    }

    private Config with(Consumer<Draft> change) {
      Draft draft = new Draft(this);
      change.accept(draft);
      return draft.config();
    }

    /** A copy that can be changed, so that the components are listed in one place. */
    private static final class Draft {
      private String host;
      private int port;
      private @Nullable Integer statusPort;
      private String statusUser;
      private String statusPassword;
      private int index;
      private RouteRules routes;
      private Duration quietPeriod;
      private Duration fillTimeout;
      private Timeouts timeouts;
      private Limits limits;
      private BackendPool.Config backends;
      private int maxAttempts;
      private int connectionsPerEndpoint;
      private Set<String> sessionCookies;
      private List<String> trustedProxies;
      private @Nullable Path accessLog;
      private int loops;
      private @Nullable Transport transport;

      private Draft(Config from) {
        host = from.host;
        port = from.port;
        statusPort = from.statusPort;
        statusUser = from.statusUser;
        statusPassword = from.statusPassword;
        index = from.index;
        routes = from.routes;
        quietPeriod = from.quietPeriod;
        fillTimeout = from.fillTimeout;
        timeouts = from.timeouts;
        limits = from.limits;
        backends = from.backends;
        maxAttempts = from.maxAttempts;
        connectionsPerEndpoint = from.connectionsPerEndpoint;
        sessionCookies = from.sessionCookies;
        trustedProxies = from.trustedProxies;
        accessLog = from.accessLog;
        loops = from.loops;
        transport = from.transport;
      }

      private Config config() {
        return new Config(
            host,
            port,
            statusPort,
            statusUser,
            statusPassword,
            index,
            routes,
            quietPeriod,
            fillTimeout,
            timeouts,
            limits,
            backends,
            maxAttempts,
            connectionsPerEndpoint,
            sessionCookies,
            trustedProxies,
            accessLog,
            loops,
            transport);
      }
    }

    public Config listen(String newHost, int newPort) {
      return with(draft -> {
        draft.host = newHost;
        draft.port = newPort;
      });
    }

    public Config status(@Nullable Integer newPort) {
      return with(draft -> draft.statusPort = newPort);
    }

    public Config routes(RouteRules newRoutes) {
      return with(draft -> draft.routes = newRoutes);
    }

    /** The platform's own hosts: no app can claim them, not by a wildcard either. */
    public Config reservedHosts(Set<String> hosts) {
      return routes(
          new RouteRules(
              routes.pruneInterval(), routes.staleThreshold(), routes.emptyRouteLinger(), hosts));
    }

    public Config fill(Duration newQuietPeriod, Duration newTimeout) {
      return with(draft -> {
        draft.quietPeriod = newQuietPeriod;
        draft.fillTimeout = newTimeout;
      });
    }

    public Config timeouts(Timeouts newTimeouts) {
      return with(draft -> draft.timeouts = newTimeouts);
    }

    public Config backends(BackendPool.Config newBackends, int newConnectionsPerEndpoint) {
      return with(draft -> {
        draft.backends = newBackends;
        draft.connectionsPerEndpoint = newConnectionsPerEndpoint;
      });
    }

    public Config trustedProxies(List<String> subnets) {
      return with(draft -> draft.trustedProxies = subnets);
    }

    public Config accessLog(@Nullable Path file) {
      return with(draft -> draft.accessLog = file);
    }

    public Config loops(int newLoops, @Nullable Transport newTransport) {
      return with(draft -> {
        draft.loops = newLoops;
        draft.transport = newTransport;
      });
    }
  }

  public Router(Config config, MessageBus bus, Scheduler scheduler) {
    this.config = config;
    this.bus = bus;
    this.scheduler = scheduler;
    this.uuid = config.index() + "-" + Ids.uuid();
    this.registry = new RouteRegistry(config.routes());
    this.refusals = new Refusals(scheduler);
    this.accessLog = new AccessLog(config.accessLog(), batch -> bus.publish(Subjects.LOGS, batch));
    this.door =
        new FrontDoor(
            new FrontDoor.Config(
                config.host(),
                config.port(),
                config.loops(),
                config.transport(),
                config.backends()),
            new Shared(
                registry,
                new Balancer(config.connectionsPerEndpoint()),
                new StickySession(config.sessionCookies()),
                new TrustedProxies(config.trustedProxies()),
                config.limits(),
                config.timeouts(),
                config.maxAttempts(),
                accessLog,
                counters,
                scheduler));
  }

  /** Returns when it serves: the table had time to fill, the port is open. */
  @Override
  public void start() {
    if (running != null) {
      return;
    }
    List<Component> parts = new ArrayList<>();
    parts.add(accessLog);
    parts.add(new RouteFeed(bus, registry, scheduler, refusals));
    parts.add(new Pruner(bus, registry, scheduler));
    parts.add(new Greeter(bus, greeting()));
    parts.add(waitForRoutes());
    // Closed backwards: while the door drains, the health check answers that it does.
    if (config.statusPort() != null) {
      parts.add(statusEndpoints(config.statusPort()));
    }
    parts.add(door);
    Components components = new Components(parts);
    running = components;
    components.start();
    log.atInfo()
        .addKeyValue("address", door.address())
        .addKeyValue("transport", door.transport())
        .addKeyValue("routes", registry.routes())
        .log("router.start");
  }

  private RouterGreeting greeting() {
    return new RouterGreeting(
        uuid,
        List.of(config.host()),
        REGISTER_INTERVAL_SECONDS,
        (int) config.routes().staleThreshold().toSeconds());
  }

  private Component waitForRoutes() {
    Filling filling = new Filling(registry, scheduler, config.quietPeriod(), config.fillTimeout());
    return new Component() {
      @Override
      public void start() {
        filling.await();
      }

      @Override
      public void close() {
        // Nothing runs.
      }
    };
  }

  private Component statusEndpoints(int port) {
    return new StatusEndpoints(
        new StatusServer.Config(port, config.statusUser(), config.statusPassword()));
  }

  /** The status server, and the announcement that tells where it is. */
  private final class StatusEndpoints implements Component {
    private final StatusServer.Config server;
    private @Nullable Announcer announcer;

    private StatusEndpoints(StatusServer.Config server) {
      this.server = server;
    }

    @Override
    public void start() {
      StatusServer starting =
          new StatusServer(server, door::isOpen, this::varz, () -> StatusPages.routes(registry));
      status = starting;
      starting.start();
      announcer =
          new Announcer(
              bus,
              scheduler,
              config.index(),
              uuid,
              "127.0.0.1:" + starting.port(),
              List.of(server.user(), server.password()));
      announcer.start();
    }

    private Object varz() {
      Announcer from = announcer;
      return from == null
          ? Map.of()
          : StatusPages.varz(
              from.announcement(from.uptime()),
              counters,
              registry,
              refusals,
              accessLog.dropped(),
              scheduler.nanoTime());
    }

    @Override
    public void close() {
      if (announcer != null) {
        announcer.close();
      }
      if (status != null) {
        status.close();
      }
    }
  }

  /** Where requests are taken; known after start. */
  public InetSocketAddress address() {
    return door.address();
  }

  /** The port of the status endpoints; -1 when there are none. */
  public int statusPort() {
    return status == null ? -1 : status.port();
  }

  /** Whether a request for this host, without a path, would find an endpoint. */
  public boolean knows(String host) {
    Pool pool = registry.table().find(host, () -> "");
    return pool != null && !pool.isEmpty();
  }

  /** Who may read /varz and /routes. */
  public StatusServer.Config statusCredentials() {
    return new StatusServer.Config(statusPort(), config.statusUser(), config.statusPassword());
  }

  /** What happened since start. */
  public Counters counters() {
    return counters;
  }

  /** Registrations that were not followed. */
  public Refusals refusals() {
    return refusals;
  }

  @Override
  public void close() {
    if (running != null) {
      running.close();
      running = null;
    }
  }
}
