package bellows.launcher;

import bellows.router.RouterConfig;
import bellows.router.ratelimit.RateLimit;
import bellows.router.routeservices.RouteServices;
import java.util.List;

/** What the router does with requests on their way, by default or as the settings say. */
final class TrafficSettings {
  private TrafficSettings() {}

  /**
   * @param domain apps below it that are route services are called without leaving the platform
   */
  static RouterConfig.Traffic of(Settings settings, DataDirectory data, String domain) {
    RouteServices.Config defaults = RouteServices.Config.DEFAULT;
    return new RouterConfig.Traffic(
        settings.text("router.rate_limit").map(TrafficSettings::limit).orElse(RateLimit.NONE),
        new RouteServices.Config(
            settings.text("router.route_service_secret").orElseGet(data::routeServiceSecret),
            settings.text("router.route_service_previous_secret").orElse(null),
            defaults.timeout(),
            settings.list("router.route_service_hairpin").orElse(List.of("*." + domain)),
            settings.list("router.route_service_subnets").orElse(defaults.allowed())),
        settings.flag("router.compression").orElse(false));
  }

  private static RateLimit limit(String text) {
    return RateLimit.parse(text)
        .orElseThrow(() ->
            new UsageException(
                "router.rate_limit must be such as 100/m (or s, h) or off: " + text));
  }
}
