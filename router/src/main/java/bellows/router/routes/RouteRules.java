package bellows.router.routes;

import java.time.Duration;
import java.util.Set;

/**
 * How routes come and go.
 *
 * @param pruneInterval time between two looks for endpoints that nobody registers any more
 * @param staleThreshold an endpoint unheard of for longer is removed; a registration may shorten it
 * @param emptyRouteLinger how long a route without endpoints answers 503 instead of 404
 * @param reservedHosts the platform's own hosts: no registration of an app gets them, no wildcard
 *     catches them
 * @param isolation whose routes are served here
 * @param plainRouteServices whether route services may be called without TLS: for development
 */
public record RouteRules(
    Duration pruneInterval,
    Duration staleThreshold,
    Duration emptyRouteLinger,
    Set<String> reservedHosts,
    Isolation isolation,
    boolean plainRouteServices) {
  /** When an endpoint was heard of is counted in milliseconds that wrap after weeks. */
  private static final Duration LONGEST_THRESHOLD = Duration.ofDays(1);

  public static final RouteRules DEFAULT =
      new RouteRules(
          Duration.ofSeconds(30), Duration.ofSeconds(120), Duration.ZERO, Set.of(), Isolation.NONE);

  public RouteRules {
    if (!pruneInterval.isPositive() || !staleThreshold.isPositive()) {
      throw new IllegalArgumentException(
          "router.routes.prune_interval and .stale_threshold must be above 0s");
    }
    if (staleThreshold.compareTo(LONGEST_THRESHOLD) > 0) {
      throw new IllegalArgumentException(
          "router.routes.stale_threshold must be at most a day: " + staleThreshold);
    }
    reservedHosts = Set.copyOf(reservedHosts);
  }

  /** With route services over TLS only. */
  public RouteRules(
      Duration pruneInterval,
      Duration staleThreshold,
      Duration emptyRouteLinger,
      Set<String> reservedHosts,
      Isolation isolation) {
    this(pruneInterval, staleThreshold, emptyRouteLinger, reservedHosts, isolation, false);
  }

  /** With route services called without TLS, too. */
  public RouteRules allowingPlainRouteServices() {
    return new RouteRules(
        pruneInterval, staleThreshold, emptyRouteLinger, reservedHosts, isolation, true);
  }

  /** With these hosts reserved. */
  public RouteRules reserving(Set<String> hosts) {
    return new RouteRules(
        pruneInterval, staleThreshold, emptyRouteLinger, hosts, isolation, plainRouteServices);
  }

  /** How long an endpoint that failed is passed over at most. */
  public Duration failurePause() {
    return staleThreshold.dividedBy(4);
  }
}
