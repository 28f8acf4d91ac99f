package bellows.router;

import bellows.base.ids.Ids;
import bellows.contracts.routing.PortRange;
import bellows.router.accesslog.AccessLog;
import bellows.router.backend.BackendPool;
import bellows.router.backend.Transport;
import bellows.router.balance.Balancer;
import bellows.router.balance.Retries;
import bellows.router.balance.StickySession;
import bellows.router.http1.Limits;
import bellows.router.pipeline.ForwardedClientCert;
import bellows.router.pipeline.Timeouts;
import bellows.router.ratelimit.RateLimit;
import bellows.router.routes.Balancing;
import bellows.router.routes.RouteRules;
import bellows.router.routeservices.RouteServices;
import bellows.router.tls.ClientCertificates;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that can be set of a {@link Router}. {@link #defaults} gives the values that fit a machine of
 * its own; the methods below change one thing each.
 */
public record RouterConfig(
    Front front, Table table, Back back, Traffic traffic, Operation operation) {
  /**
   * gorouter says 500. An activator holds 1,000 connections for one endpoint, all of which are in
   * flight when it wakes, and what comes then must not be turned away either.
   */
  private static final int CONNECTIONS_PER_ENDPOINT = 2000;

  /**
   * The clients' side.
   *
   * @param port 0 for any free one
   * @param tls null for none
   * @param loops event loops; 0 for one per core
   * @param transport null for the fastest one there is
   * @param trustedProxies subnets whose X-Forwarded-* headers are believed
   * @param proxyProtocolFrom subnets that must begin with the PROXY protocol
   * @param forwardedClientCert what apps learn of clients' certificates
   */
  public record Front(
      String host,
      int port,
      @Nullable Tls tls,
      int loops,
      @Nullable Transport transport,
      Limits limits,
      Timeouts timeouts,
      List<String> trustedProxies,
      List<String> proxyProtocolFrom,
      ForwardedClientCert forwardedClientCert) {
    static final Front DEFAULT =
        new Front(
            "0.0.0.0",
            8080,
            null,
            0,
            null,
            Limits.DEFAULT,
            Timeouts.DEFAULT,
            List.of("127.0.0.0/8", "::1/128"),
            List.of(),
            ForwardedClientCert.FORWARD);

    public Front {
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException("router.port must be 0 to 65535: " + port);
      }
      trustedProxies = List.copyOf(trustedProxies);
      proxyProtocolFrom = List.copyOf(proxyProtocolFrom);
    }
  }

  /**
   * Where clients speak TLS.
   *
   * @param port 0 for any free one
   * @param certificates the directory of {@code NAME.pem} and {@code NAME.key}
   * @param clients whether clients show certificates, too
   */
  public record Tls(String host, int port, Path certificates, ClientCertificates clients) {
    /** Without certificates of clients. */
    public Tls(String host, int port, Path certificates) {
      this(host, port, certificates, ClientCertificates.NONE);
    }
  }

  /**
   * The route table.
   *
   * @param quietPeriod it counts as complete when nothing new has come for this long
   * @param fillTimeout then the router listens with the table as it is
   * @param strict whether registrations must be granted by the controller
   * @param tcpPorts that TCP routes may have; null for no TCP routes
   */
  public record Table(
      RouteRules rules,
      Duration quietPeriod,
      Duration fillTimeout,
      boolean strict,
      @Nullable PortRange tcpPorts) {
    static final Table DEFAULT =
        new Table(RouteRules.DEFAULT, Duration.ofSeconds(1), Duration.ofSeconds(2), false, null);
  }

  /**
   * The endpoints' side.
   *
   * @param authorities PEM of those that endpoints' certificates may be by, beside the machine's;
   *     null for no others
   */
  public record Back(
      BackendPool.Config pool,
      Retries retries,
      Balancer.Config balancing,
      StickySession.Config sessions,
      @Nullable Path authorities) {
    static final Back DEFAULT =
        new Back(
            BackendPool.Config.DEFAULT,
            Retries.DEFAULT,
            new Balancer.Config(CONNECTIONS_PER_ENDPOINT, Balancing.ROUND_ROBIN, ""),
            new StickySession.Config(Set.of("JSESSIONID"), false),
            null);
  }

  /**
   * What is done with requests on their way.
   *
   * @param rateLimit for each client of each route that does not say
   * @param compression of responses of routes that do not say
   */
  public record Traffic(
      RateLimit rateLimit, RouteServices.Config routeServices, boolean compression) {
    static final Traffic DEFAULT = new Traffic(RateLimit.NONE, RouteServices.Config.DEFAULT, false);
  }

  /**
   * What operators look at.
   *
   * @param statusPort on the loopback address; null for no status endpoints, 0 for any free port
   * @param statusUser for /varz and /routes
   * @param index of this router among several
   * @param tracing whether every request gets a trace
   */
  public record Operation(
      @Nullable Integer statusPort,
      String statusUser,
      String statusPassword,
      int index,
      AccessLog.Config accessLog,
      boolean tracing) {

    public Operation {
      if (statusPort != null && (statusPort < 0 || statusPort > 65535)) {
        throw new IllegalArgumentException("router.status_port must be 0 to 65535: " + statusPort);
      }
    }
  }

  /** Port 8080 on all addresses, no status endpoints, random credentials, no access log file. */
  public static RouterConfig defaults() {
    return new RouterConfig(
        Front.DEFAULT,
        Table.DEFAULT,
        Back.DEFAULT,
        Traffic.DEFAULT,
        new Operation(null, Ids.secret(8), Ids.secret(16), 0, AccessLog.Config.DEFAULT, true));
  }

  public RouterConfig front(Front newFront) {
    return new RouterConfig(newFront, table, back, traffic, operation);
  }

  public RouterConfig table(Table newTable) {
    return new RouterConfig(front, newTable, back, traffic, operation);
  }

  public RouterConfig back(Back newBack) {
    return new RouterConfig(front, table, newBack, traffic, operation);
  }

  public RouterConfig traffic(Traffic newTraffic) {
    return new RouterConfig(front, table, back, newTraffic, operation);
  }

  /** For each client of each route that does not say. */
  public RouterConfig rateLimit(RateLimit limit) {
    return traffic(new Traffic(limit, traffic.routeServices, traffic.compression));
  }

  /** Of responses of routes that do not say. */
  public RouterConfig compression(boolean on) {
    return traffic(new Traffic(traffic.rateLimit, traffic.routeServices, on));
  }

  public RouterConfig routeServices(RouteServices.Config services) {
    return traffic(new Traffic(traffic.rateLimit, services, traffic.compression));
  }

  public RouterConfig listen(String host, int port) {
    return front(
        new Front(
            host,
            port,
            front.tls,
            front.loops,
            front.transport,
            front.limits,
            front.timeouts,
            front.trustedProxies,
            front.proxyProtocolFrom,
            front.forwardedClientCert));
  }

  public RouterConfig tls(@Nullable Tls tls) {
    return front(
        new Front(
            front.host,
            front.port,
            tls,
            front.loops,
            front.transport,
            front.limits,
            front.timeouts,
            front.trustedProxies,
            front.proxyProtocolFrom,
            front.forwardedClientCert));
  }

  public RouterConfig loops(int loops, @Nullable Transport transport) {
    return front(
        new Front(
            front.host,
            front.port,
            front.tls,
            loops,
            transport,
            front.limits,
            front.timeouts,
            front.trustedProxies,
            front.proxyProtocolFrom,
            front.forwardedClientCert));
  }

  public RouterConfig timeouts(Timeouts timeouts) {
    return front(
        new Front(
            front.host,
            front.port,
            front.tls,
            front.loops,
            front.transport,
            front.limits,
            timeouts,
            front.trustedProxies,
            front.proxyProtocolFrom,
            front.forwardedClientCert));
  }

  public RouterConfig trustedProxies(List<String> subnets) {
    return front(
        new Front(
            front.host,
            front.port,
            front.tls,
            front.loops,
            front.transport,
            front.limits,
            front.timeouts,
            subnets,
            front.proxyProtocolFrom,
            front.forwardedClientCert));
  }

  public RouterConfig proxyProtocolFrom(List<String> subnets) {
    return front(
        new Front(
            front.host,
            front.port,
            front.tls,
            front.loops,
            front.transport,
            front.limits,
            front.timeouts,
            front.trustedProxies,
            subnets,
            front.forwardedClientCert));
  }

  public RouterConfig forwardedClientCert(ForwardedClientCert mode) {
    return front(
        new Front(
            front.host,
            front.port,
            front.tls,
            front.loops,
            front.transport,
            front.limits,
            front.timeouts,
            front.trustedProxies,
            front.proxyProtocolFrom,
            mode));
  }

  public RouterConfig routes(RouteRules rules) {
    return table(
        new Table(rules, table.quietPeriod, table.fillTimeout, table.strict, table.tcpPorts));
  }

  /** The platform's own hosts: no app can claim them, not by a wildcard either. */
  public RouterConfig reservedHosts(Set<String> hosts) {
    return routes(table.rules.reserving(hosts));
  }

  public RouterConfig fill(Duration quietPeriod, Duration timeout) {
    return table(new Table(table.rules, quietPeriod, timeout, table.strict, table.tcpPorts));
  }

  /** Takes registrations only for what the controller has announced. */
  public RouterConfig strict(boolean strict) {
    return table(
        new Table(table.rules, table.quietPeriod, table.fillTimeout, strict, table.tcpPorts));
  }

  /** Lets TCP routes have these ports. */
  public RouterConfig tcpPorts(@Nullable PortRange ports) {
    return table(new Table(table.rules, table.quietPeriod, table.fillTimeout, table.strict, ports));
  }

  public RouterConfig backends(BackendPool.Config pool, int connectionsPerEndpoint) {
    Balancer.Config balancing =
        new Balancer.Config(
            connectionsPerEndpoint, back.balancing.algorithm(), back.balancing.zone());
    return back(new Back(pool, back.retries, balancing, back.sessions, back.authorities));
  }

  public RouterConfig balancing(Balancer.Config balancing) {
    return back(new Back(back.pool, back.retries, balancing, back.sessions, back.authorities));
  }

  public RouterConfig retries(Retries retries) {
    return back(new Back(back.pool, retries, back.balancing, back.sessions, back.authorities));
  }

  public RouterConfig sessions(StickySession.Config sessions) {
    return back(new Back(back.pool, back.retries, back.balancing, sessions, back.authorities));
  }

  public RouterConfig backendAuthorities(@Nullable Path file) {
    return back(new Back(back.pool, back.retries, back.balancing, back.sessions, file));
  }

  public RouterConfig operation(Operation newOperation) {
    return new RouterConfig(front, table, back, traffic, newOperation);
  }

  public RouterConfig status(@Nullable Integer port) {
    return status(port, operation.statusUser, operation.statusPassword);
  }

  public RouterConfig status(@Nullable Integer port, String user, String password) {
    return operation(
        new Operation(
            port, user, password, operation.index, operation.accessLog, operation.tracing));
  }

  /** To this file in gorouter's format; null for none. */
  public RouterConfig accessLog(@Nullable Path file) {
    return accessLog(operation.accessLog.file(file));
  }

  public RouterConfig accessLog(AccessLog.Config accessLog) {
    return operation(
        new Operation(
            operation.statusPort,
            operation.statusUser,
            operation.statusPassword,
            operation.index,
            accessLog,
            operation.tracing));
  }

  public RouterConfig tracing(boolean on) {
    return operation(
        new Operation(
            operation.statusPort,
            operation.statusUser,
            operation.statusPassword,
            operation.index,
            operation.accessLog,
            on));
  }
}
