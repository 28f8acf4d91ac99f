package bellows.router.routes;

import bellows.contracts.routing.RouterRegister;
import bellows.router.ratelimit.RateLimit;
import org.jspecify.annotations.Nullable;

/**
 * What a registration asks for a whole route; null where it leaves that to the platform, as it does
 * with a value that is not known here.
 *
 * @param routeService the address of what requests pass by first; empty for nothing
 * @param balancing how requests are spread
 * @param rateLimit what each client may ask for
 * @param compression whether responses are compressed
 */
public record RouteOptions(
    String routeService,
    @Nullable Balancing balancing,
    @Nullable RateLimit rateLimit,
    @Nullable Boolean compression) {
  static final RouteOptions NONE = new RouteOptions("", null, null, null);

  static RouteOptions of(String routeService, RouterRegister.@Nullable Options options) {
    if (options == null) {
      return routeService.isEmpty() ? NONE : new RouteOptions(routeService, null, null, null);
    }
    return new RouteOptions(
        routeService,
        Balancing.named(options.loadbalancing()).orElse(null),
        RateLimit.parse(options.rateLimit()).orElse(null),
        onOrOff(options.compression()));
  }

  private static @Nullable Boolean onOrOff(@Nullable String text) {
    if ("on".equals(text)) {
      return Boolean.TRUE;
    }
    return "off".equals(text) ? Boolean.FALSE : null;
  }
}
