package bellows.router.pipeline;

import java.time.Duration;

/**
 * How long each side is waited for.
 *
 * @param header from the first byte of a request to the end of its head
 * @param clientIdle for the next request, the next piece of a body, or room to send to the client
 * @param endpoint for a whole response, anew for each attempt; none for WebSockets
 * @param drain for running requests at close
 */
public record Timeouts(Duration header, Duration clientIdle, Duration endpoint, Duration drain) {
  /**
   * What an endpoint that sleeps gets on top: an activator holds a connection for 60 s at most, and
   * its answer shall come before ours.
   */
  static final Duration WAKE = Duration.ofSeconds(65);

  public static final Timeouts DEFAULT =
      new Timeouts(
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(900),
          Duration.ofSeconds(10));

  public Timeouts {
    if (!header.isPositive() || !clientIdle.isPositive() || !endpoint.isPositive()) {
      throw new IllegalArgumentException("router.timeouts must be above 0s");
    }
  }

  /** For WebSockets and long requests when another router has taken over. */
  Duration leave() {
    return drain.multipliedBy(6);
  }
}
