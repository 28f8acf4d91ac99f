package bellows.router.routes;

import bellows.contracts.routing.RouterRegister;
import bellows.router.ratelimit.RateLimit;
import org.jspecify.annotations.Nullable;

/**
 * What a registration asks for a whole route; null where it leaves that to the platform, as it does
 * with a value that is not known here.
 *
 * @param balancing how requests are spread
 * @param rateLimit what each client may ask for
 * @param compression whether responses are compressed
 */
public record RouteOptions(
    @Nullable Balancing balancing, @Nullable RateLimit rateLimit, @Nullable Boolean compression) {
  static final RouteOptions NONE = new RouteOptions(null, null, null);

  static RouteOptions of(RouterRegister.@Nullable Options options) {
    return options == null
        ? NONE
        : new RouteOptions(
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
