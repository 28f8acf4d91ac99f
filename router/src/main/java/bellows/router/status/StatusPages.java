package bellows.router.status;

import bellows.contracts.components.ComponentAnnounce;
import bellows.router.bus.Refusals;
import bellows.router.errors.RetryRefusal;
import bellows.router.errors.RouterError;
import bellows.router.http1.Flaw;
import bellows.router.pipeline.Counters;
import bellows.router.routes.Balancing;
import bellows.router.routes.Endpoint;
import bellows.router.routes.RouteRegistry;
import bellows.router.tcp.TcpCounters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the status endpoints show, with gorouter's keys (reference/messages.md, 1.5 and 2.8). */
public final class StatusPages {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final double NANOS_PER_SECOND = 1e9;

  private StatusPages() {}

  /** The body of /varz: those keys that cost nothing to know. */
  public static Map<String, Object> varz(
      ComponentAnnounce announcement,
      Counters counters,
      TcpCounters tcp,
      RouteRegistry registry,
      Refusals refusals,
      long droppedLogs,
      long nowNanos) {
    Map<String, Object> page = new LinkedHashMap<>();
    page.put("type", announcement.type());
    page.put("index", announcement.index());
    page.put("uuid", announcement.uuid());
    page.put("host", announcement.host());
    page.put("start", announcement.start());
    page.put("uptime", announcement.uptime());
    page.put("num_cores", Runtime.getRuntime().availableProcessors());
    page.put("mem_bytes", Runtime.getRuntime().totalMemory());
    page.put("requests", counters.requests());
    page.put("bad_requests", badRequests(counters));
    page.put(
        "bad_gateways",
        counters.errors(RouterError.ENDPOINT_FAILURE)
            + counters.errors(RouterError.ENDPOINT_TIMEOUT));
    page.put("route_service_requests", counters.serviceVisits());
    page.put("responses_compressed", counters.compressions());
    page.put("rate_limited", counters.errors(RouterError.RATE_LIMITED));
    for (int hundred = 2; hundred <= 5; hundred++) {
      page.put("responses_" + hundred + "xx", counters.responses(hundred));
    }
    page.put("responses_xxx", counters.responses(0) + counters.responses(1));
    page.put("retries", counters.retries());
    page.put("retries_over_budget", counters.refusals(RetryRefusal.BUDGET));
    page.put("retries_too_late", counters.refusals(RetryRefusal.TIME));
    page.put("wakes", counters.wakes());
    page.put("wakes_failed", counters.failedWakes());
    page.put("wake_requests", counters.wokenRequests());
    page.put("wake_seconds_total", counters.wakeNanos() / NANOS_PER_SECOND);
    page.put("wake_pages", counters.wakePages());
    page.put("tls_handshakes_failed", counters.failedHandshakes());
    page.put("proxy_headers_refused", counters.refusedProxyHeaders());
    page.put("tcp_connections", tcp.accepted());
    page.put("tcp_connections_open", tcp.open());
    page.put("urls", registry.routes());
    page.put("droplets", registry.endpoints());
    page.put(
        "ms_since_last_registry_update",
        Math.max(0, (nowNanos - registry.lastChangeNanos()) / NANOS_PER_MILLI));
    page.put("registrations_refused", refusals.total());
    page.put("access_log_dropped", droppedLogs);
    return page;
  }

  private static long badRequests(Counters counters) {
    long sum = counters.errors(RouterError.UNKNOWN_ROUTE) + counters.errors(RouterError.EMPTY_HOST);
    for (Flaw flaw : Flaw.values()) {
      sum += counters.refusals(flaw);
    }
    return sum;
  }

  /**
   * The body of /routes.
   *
   * @param algorithm for routes that do not say how they are balanced
   */
  public static Map<String, List<Map<String, Object>>> routes(
      RouteRegistry registry, Balancing algorithm) {
    Map<String, List<Map<String, Object>>> page = new TreeMap<>();
    registry.forEach(pool -> {
      List<Map<String, Object>> endpoints = new ArrayList<>();
      for (Endpoint endpoint : pool.endpoints()) {
        Map<String, Object> shown = describe(endpoint);
        if (!pool.routeServiceUrl().isEmpty()) {
          shown.put("route_service_url", pool.routeServiceUrl());
        }
        shown.put("load_balancing_algorithm", pool.balancing(algorithm).wireName());
        endpoints.add(shown);
      }
      page.put(pool.uri().toString(), endpoints);
    });
    return page;
  }

  private static Map<String, Object> describe(Endpoint endpoint) {
    Endpoint.Identity identity = endpoint.identity();
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("address", identity.address());
    shown.put("availability_zone", identity.zone());
    shown.put("protocol", endpoint.speaksHttp2() ? "http2" : "http1");
    shown.put("tls", endpoint.speaksTls());
    shown.put("ttl", identity.staleAfterSeconds());
    shown.put("tags", identity.tags());
    if (!identity.instanceId().isEmpty()) {
      shown.put("private_instance_id", identity.instanceId());
    }
    if (!identity.serverName().isEmpty()) {
      shown.put("server_cert_domain_san", identity.serverName());
    }
    if (!identity.segment().isEmpty()) {
      shown.put("isolation_segment", identity.segment());
    }
    return shown;
  }
}
