package bellows.router.status;

import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.http.StatusServer;
import bellows.router.accesslog.AccessLog;
import bellows.router.bus.Refusals;
import bellows.router.errors.BackendFailure;
import bellows.router.errors.RetryRefusal;
import bellows.router.errors.RouterError;
import bellows.router.http1.Flaw;
import bellows.router.metrics.Latencies;
import bellows.router.metrics.PrometheusText;
import bellows.router.metrics.RequestClass;
import bellows.router.pipeline.Counters;
import bellows.router.routes.RouteRegistry;
import bellows.router.tcp.TcpCounters;
import bellows.router.tcp.TcpFailure;

/**
 * The body of /metrics. No label has a value of a client, an app or a route: there are as many
 * series on the first day as on the last.
 */
public final class MetricsPage {
  private static final String PREFIX = "bellows_router_";
  private static final double NANOS_PER_SECOND = 1e9;

  private final Counters counters;
  private final TcpCounters tcp;
  private final Latencies latencies;
  private final RouteRegistry registry;
  private final Refusals refusals;
  private final AccessLog accessLog;
  private final MessageBus bus;
  private final Scheduler scheduler;

  public MetricsPage(
      Counters counters,
      TcpCounters tcp,
      Latencies latencies,
      RouteRegistry registry,
      Refusals refusals,
      AccessLog accessLog,
      MessageBus bus,
      Scheduler scheduler) {
    this.counters = counters;
    this.tcp = tcp;
    this.latencies = latencies;
    this.registry = registry;
    this.refusals = refusals;
    this.accessLog = accessLog;
    this.bus = bus;
    this.scheduler = scheduler;
  }

  public StatusServer.Text text() {
    PrometheusText page = new PrometheusText();
    requests(page);
    failures(page);
    wakes(page);
    doors(page);
    tcp(page);
    table(page);
    return new StatusServer.Text(PrometheusText.CONTENT_TYPE, page.text());
  }

  private void requests(PrometheusText page) {
    String requests = PREFIX + "requests_total";
    page.family(requests, "counter", "Requests that are over, by the hundred of their status.");
    for (int hundred = 1; hundred <= 5; hundred++) {
      page.sample(requests, "status", hundred + "xx", counters.responses(hundred));
    }
    page.sample(requests, "status", "none", counters.responses(0));
    String duration = PREFIX + "request_duration_seconds";
    page.family(
        duration,
        "histogram",
        "From a request's arrival to its last byte, of a WebSocket to its opening.");
    for (RequestClass each : RequestClass.values()) {
      page.histogram(duration, "class", each.label(), latencies.summary(each));
    }
    page.counter(
        PREFIX + "request_body_bytes_total",
        "Bodies from clients, counted when the request is over.",
        counters.requestBytes());
    page.counter(
        PREFIX + "response_body_bytes_total",
        "Bodies to clients, counted when the request is over.",
        counters.responseBytes());
    page.counter(
        PREFIX + "retries_total", "Attempts after the first of a request.", counters.retries());
    String refused = PREFIX + "retries_refused_total";
    page.family(refused, "counter", "Errors to clients because there was no further attempt.");
    for (RetryRefusal refusal : RetryRefusal.values()) {
      page.sample(refused, "reason", refusal.name(), counters.refusals(refusal));
    }
    page.counter(
        PREFIX + "route_service_requests_total",
        "Requests that went to the service of their route first.",
        counters.serviceVisits());
    page.counter(
        PREFIX + "responses_compressed_total",
        "Responses that were compressed.",
        counters.compressions());
  }

  private void failures(PrometheusText page) {
    String errors = PREFIX + "errors_total";
    page.family(errors, "counter", "Answers of the router itself.");
    for (RouterError error : RouterError.values()) {
      page.sample(errors, "error", error.name(), counters.errors(error));
    }
    String malformed = PREFIX + "malformed_requests_total";
    page.family(malformed, "counter", "Requests that the parser refused, by what is wrong.");
    for (Flaw flaw : Flaw.values()) {
      page.sample(malformed, "flaw", flaw.name(), counters.refusals(flaw));
    }
    String attempts = PREFIX + "backend_failures_total";
    page.family(attempts, "counter", "Attempts at an endpoint that ended badly.");
    for (BackendFailure failure : BackendFailure.values()) {
      page.sample(attempts, "failure", failure.name(), counters.failures(failure));
    }
  }

  private void wakes(PrometheusText page) {
    page.counter(
        PREFIX + "wakes_total", "Sleeping endpoints that got a request.", counters.wakes());
    page.counter(
        PREFIX + "wakes_failed_total",
        "Requests whose endpoint could not be woken.",
        counters.failedWakes());
    page.counter(
        PREFIX + "wake_requests_total",
        "Requests that waited for a wake and were answered.",
        counters.wokenRequests());
    page.counter(
        PREFIX + "wake_wait_seconds_total",
        "How long these have waited for the first byte.",
        counters.wakeNanos() / NANOS_PER_SECOND);
    page.counter(PREFIX + "wake_pages_total", "Waiting pages shown.", counters.wakePages());
  }

  private void doors(PrometheusText page) {
    page.gauge(
        PREFIX + "client_connections", "Open connections of clients.", counters.connections());
    page.gauge(PREFIX + "websockets", "Open WebSockets.", counters.tunnels());
    page.counter(
        PREFIX + "tls_handshakes_failed_total",
        "Clients with which no TLS connection came about.",
        counters.failedHandshakes());
    page.counter(
        PREFIX + "proxy_headers_refused_total",
        "Connections without the PROXY header that they had to begin with.",
        counters.refusedProxyHeaders());
    page.counter(
        PREFIX + "floods_total",
        "HTTP/2 connections ended for too many frames, or for not reading the answers.",
        counters.floods());
    page.counter(
        PREFIX + "requests_taken_back_total",
        "Requests reset before they were started; not among the requests.",
        counters.takenBack());
    page.counter(
        PREFIX + "access_log_dropped_total",
        "Pieces of the access log that could not be written in time.",
        accessLog.dropped());
  }

  private void tcp(PrometheusText page) {
    page.counter(
        PREFIX + "tcp_connections_total", "Connections that came for TCP routes.", tcp.accepted());
    page.gauge(PREFIX + "tcp_connections", "Open connections of TCP routes.", tcp.open());
    page.counter(
        PREFIX + "tcp_received_bytes_total",
        "Bytes from clients of TCP routes.",
        tcp.receivedBytes());
    page.counter(
        PREFIX + "tcp_sent_bytes_total", "Bytes to clients of TCP routes.", tcp.sentBytes());
    String failures = PREFIX + "tcp_failures_total";
    page.family(failures, "counter", "Connections of TCP routes, and dials, that ended badly.");
    for (TcpFailure failure : TcpFailure.values()) {
      page.sample(failures, "failure", failure.name(), tcp.failures(failure));
    }
  }

  private void table(PrometheusText page) {
    page.gauge(PREFIX + "routes", "Routes in the table.", registry.routes());
    page.gauge(PREFIX + "endpoints", "Endpoints in the table.", registry.endpoints());
    page.gauge(
        PREFIX + "table_unchanged_seconds",
        "Since a route or endpoint last came or went.",
        Math.max(0, scheduler.nanoTime() - registry.lastChangeNanos()) / NANOS_PER_SECOND);
    page.counter(
        PREFIX + "registrations_refused_total",
        "Registrations that were not followed.",
        refusals.total());
    page.gauge(
        PREFIX + "bus_connected",
        "1 while the bus is there; without it nothing is pruned.",
        bus.connected() ? 1 : 0);
  }
}
