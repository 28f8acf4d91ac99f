package bellows.router.pipeline;

import bellows.base.time.Scheduler;
import bellows.router.accesslog.AccessLog;
import bellows.router.balance.Balancer;
import bellows.router.balance.Retries;
import bellows.router.balance.StickySession;
import bellows.router.http1.Limits;
import bellows.router.metrics.Latencies;
import bellows.router.ratelimit.RateLimits;
import bellows.router.routes.RouteRegistry;
import bellows.router.routeservices.RouteServices;

/**
 * What all event loops share; nothing of it blocks.
 *
 * @param proxyProtocolFrom peers that say in the PROXY protocol who their client is
 * @param tracing whether every request gets a trace
 * @param compression whether responses of routes that do not say are compressed
 */
public record Shared(
    RouteRegistry routes,
    Balancer balancer,
    StickySession sticky,
    TrustedProxies trustedProxies,
    TrustedProxies proxyProtocolFrom,
    ForwardedClientCert forwardedClientCert,
    Limits limits,
    Timeouts timeouts,
    Retries retries,
    boolean tracing,
    RateLimits rateLimits,
    RouteServices routeServices,
    boolean compression,
    AccessLog accessLog,
    Counters counters,
    Latencies latencies,
    Scheduler scheduler) {}
