package bellows.router;

import bellows.base.ids.Ids;
import bellows.base.lifecycle.Component;
import bellows.base.lifecycle.Components;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import bellows.contracts.components.ComponentAnnouncer;
import bellows.contracts.routing.RouterGreeting;
import bellows.http.StatusServer;
import bellows.router.accesslog.AccessLog;
import bellows.router.backend.Transport;
import bellows.router.balance.Balancer;
import bellows.router.balance.StickySession;
import bellows.router.bus.Filling;
import bellows.router.bus.Greeter;
import bellows.router.bus.OwnAddresses;
import bellows.router.bus.Pruner;
import bellows.router.bus.Refusals;
import bellows.router.bus.RouteFeed;
import bellows.router.handover.HandOver;
import bellows.router.handover.TakeOver;
import bellows.router.metrics.Latencies;
import bellows.router.pipeline.Counters;
import bellows.router.pipeline.FrontDoor;
import bellows.router.pipeline.Shared;
import bellows.router.pipeline.TrustedProxies;
import bellows.router.ratelimit.RateLimits;
import bellows.router.routes.Pool;
import bellows.router.routes.RouteRegistry;
import bellows.router.routeservices.RouteServices;
import bellows.router.status.MetricsPage;
import bellows.router.status.StatusPages;
import bellows.router.tcp.TcpCounters;
import bellows.router.tcp.TcpRoutes;
import bellows.router.tls.BackendTls;
import bellows.router.tls.CertificateDirectory;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /** What TLS clients may choose from, the best first. */
  private static final List<String> PROTOCOLS =
      List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1);

  private final RouterConfig config;
  private final RouteRegistry registry;
  private final Counters counters = new Counters();
  private final Latencies latencies = new Latencies();
  private final Refusals refusals;
  private final AccessLog accessLog;
  private final @Nullable CertificateDirectory certificates;
  private final BackendTls backendTls;
  private final FrontDoor door;
  private final TcpRoutes tcpRoutes;
  private final MessageBus bus;
  private final Scheduler scheduler;
  private final String uuid;
  private @Nullable Components running;
  private volatile @Nullable StatusServer status;
  private @Nullable Path handOverSocket;
  private Runnable replaced = () -> {};

  public Router(RouterConfig config, MessageBus bus, Scheduler scheduler) {
    this.config = config;
    this.bus = bus;
    this.scheduler = scheduler;
    this.uuid = config.operation().index() + "-" + Ids.uuid();
    this.registry = new RouteRegistry(config.table().rules());
    this.refusals = new Refusals(scheduler);
    this.accessLog =
        new AccessLog(
            config.operation().accessLog(),
            batch -> bus.publish(Subjects.packed(Subjects.LOGS), batch));
    RouterConfig.Tls tls = config.front().tls();
    this.certificates =
        tls == null
            ? null
            : new CertificateDirectory(
                new CertificateDirectory.Config(tls.certificates(), PROTOCOLS, tls.clients()),
                scheduler);
    this.backendTls = new BackendTls(config.back().authorities());
    this.door =
        new FrontDoor(
            new FrontDoor.Config(
                config.front().host(),
                config.front().port(),
                tls(config.front().tls()),
                config.front().loops(),
                transport(),
                config.back().pool(),
                backendTls),
            new Shared(
                registry,
                new Balancer(config.back().balancing()),
                new StickySession(config.back().sessions()),
                new TrustedProxies(config.front().trustedProxies()),
                new TrustedProxies(config.front().proxyProtocolFrom()),
                config.front().forwardedClientCert(),
                config.front().limits(),
                config.front().timeouts(),
                config.back().retries(),
                config.operation().tracing(),
                new RateLimits(config.traffic().rateLimit(), scheduler::nanoTime),
                new RouteServices(config.traffic().routeServices(), scheduler),
                config.traffic().compression(),
                accessLog,
                counters,
                latencies,
                scheduler));
    this.tcpRoutes = new TcpRoutes(tcp(), door);
  }

  private Transport transport() {
    Transport wanted = config.front().transport();
    if (wanted != null) {
      return wanted;
    }
    return config.table().tcpPorts() == null ? Transport.best() : Transport.bestForHalfClosed();
  }

  private TcpRoutes.Config tcp() {
    int most = config.back().balancing().connectionsPerEndpoint();
    return new TcpRoutes.Config(
        config.table().tcpPorts(),
        config.table().rules().staleThreshold(),
        most == 0 ? Integer.MAX_VALUE : most,
        config.back().pool().dialTimeout());
  }

  private FrontDoor.@Nullable Tls tls(RouterConfig.@Nullable Tls front) {
    return front == null || certificates == null
        ? null
        : new FrontDoor.Tls(front.host(), front.port(), certificates.byName());
  }

  /**
   * Before start: takes the place of the router that waits at this socket, if there is one, and
   * gives its own to the next that comes there.
   *
   * @param socket a file in a directory of ours
   * @param whenReplaced is to close this router soon, on another thread; it takes no more
   *     connections by then
   */
  public void handOver(Path socket, Runnable whenReplaced) {
    handOverSocket = socket;
    replaced = whenReplaced;
  }

  /** Returns when it serves: the table had time to fill, the port is open. */
  @Override
  public void start() {
    if (running != null) {
      return;
    }
    List<Component> parts = new ArrayList<>();
    parts.add(accessLog);
    if (certificates != null) {
      parts.add(certificates);
    }
    parts.add(backendTls);
    RouteFeed feed =
        new RouteFeed(bus, registry, tcpRoutes, scheduler, refusals, config.table().strict());
    parts.add(feed);
    parts.add(new Pruner(bus, registry, tcpRoutes, scheduler));
    parts.add(new Greeter(bus, greeting()));
    parts.add(waitForRoutes(feed));
    parts.add(new Entrance());
    // After the entrance, as a router whose place we take has its status there until then.
    if (config.operation().statusPort() != null) {
      parts.add(statusEndpoints(config.operation().statusPort()));
    }
    Components components = new Components(parts);
    running = components;
    components.start();
    log.atInfo()
        .addKeyValue("address", door.address())
        .addKeyValue("tls", door.tlsAddress())
        .addKeyValue("transport", door.transport())
        .addKeyValue("routes", registry.routes())
        .log("router.start");
  }

  private RouterGreeting greeting() {
    return new RouterGreeting(
        uuid,
        OwnAddresses.of(config.front().host()),
        REGISTER_INTERVAL_SECONDS,
        (int) config.table().rules().staleThreshold().toSeconds());
  }

  private Component waitForRoutes(RouteFeed feed) {
    Filling filling =
        new Filling(
            registry, scheduler, config.table().quietPeriod(), config.table().fillTimeout());
    return new Component() {
      @Override
      public void start() {
        feed.awaitGrants();
        filling.await();
      }

      @Override
      public void close() {
        // Nothing runs.
      }
    };
  }

  /** The door, at which another router may be standing or may come to stand. */
  private final class Entrance implements Component, HandOver.Leaving {
    private @Nullable HandOver handOver;

    @Override
    public void start() {
      if (handOverSocket == null) {
        door.start();
        tcpRoutes.start();
        return;
      }
      Optional<TakeOver> other = TakeOver.ask(handOverSocket, scheduler);
      if (other.isEmpty()) {
        door.start();
        tcpRoutes.start();
      } else {
        takeOver(other.get());
      }
      handOver = new HandOver(handOverSocket, this, scheduler);
      handOver.start();
    }

    private void takeOver(TakeOver other) {
      try (other) {
        door.startBesideAnother();
        tcpRoutes.start();
        other.complete();
        door.share(false);
      }
    }

    @Override
    public void share(boolean shared) {
      door.share(shared);
    }

    @Override
    public void leave() {
      if (status != null) {
        status.close();
      }
      door.leave();
    }

    @Override
    public void end() {
      replaced.run();
    }

    @Override
    public void close() {
      if (handOver != null) {
        handOver.close();
      }
      door.close();
    }
  }

  private Component statusEndpoints(int port) {
    return new StatusEndpoints(
        new StatusServer.Config(
            port, config.operation().statusUser(), config.operation().statusPassword()));
  }

  /** The status server, and the announcement that tells where it is. */
  private final class StatusEndpoints implements Component {
    private final StatusServer.Config server;
    private @Nullable ComponentAnnouncer announcer;

    private StatusEndpoints(StatusServer.Config server) {
      this.server = server;
    }

    @Override
    public void start() {
      StatusServer starting =
          new StatusServer(
              server,
              door::isOpen,
              Map.of(
                  "/varz",
                  this::varz,
                  "/metrics",
                  new MetricsPage(
                          counters,
                          tcpRoutes.counters(),
                          latencies,
                          registry,
                          refusals,
                          accessLog,
                          bus,
                          scheduler)
                      ::text,
                  "/routes",
                  () -> StatusPages.routes(registry, config.back().balancing().algorithm())));
      status = starting;
      starting.start();
      announcer =
          new ComponentAnnouncer(
              bus,
              scheduler,
              "Router",
              config.operation().index(),
              uuid,
              "127.0.0.1:" + starting.port(),
              List.of(server.user(), server.password()));
      announcer.start();
    }

    private Object varz() {
      ComponentAnnouncer from = announcer;
      return from == null
          ? Map.of()
          : StatusPages.varz(
              from.announcement(from.uptime()),
              counters,
              tcpRoutes.counters(),
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

  /** Where TLS is spoken; null before start and when there is no TLS. */
  public @Nullable InetSocketAddress tlsAddress() {
    return door.tlsAddress();
  }

  /** The port of the status endpoints; -1 when there are none. */
  public int statusPort() {
    return status == null ? -1 : status.port();
  }

  /** Whether a request for this host, without a path, would find an endpoint. */
  public boolean knows(String host) {
    Pool pool = registry.table().find(host, "");
    return pool != null && !pool.isEmpty();
  }

  /** Who may read /varz and /routes. */
  public StatusServer.Config statusCredentials() {
    return new StatusServer.Config(
        statusPort(), config.operation().statusUser(), config.operation().statusPassword());
  }

  /** What happened since start. */
  public Counters counters() {
    return counters;
  }

  /** What happened to connections of TCP routes since start. */
  public TcpCounters tcpCounters() {
    return tcpRoutes.counters();
  }

  /** Registrations that were not followed. */
  public Refusals refusals() {
    return refusals;
  }

  @Override
  public void close() {
    if (running != null) {
      // While the door drains, the health check answers that it does.
      door.close();
      running.close();
      running = null;
    }
  }
}
