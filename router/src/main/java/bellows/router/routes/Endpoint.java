package bellows.router.routes;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One place that serves a route. What it is never changes; how it does (failed, requests in flight)
 * does, and may be read and written by every thread.
 */
public final class Endpoint {
  private final Identity identity;
  private final InetSocketAddress socketAddress;
  private final byte[] identityHeaders;
  private final AtomicInteger inFlight;
  private volatile long failedUntilNanos;
  private volatile boolean failed;

  /**
   * What a registration says of an endpoint.
   *
   * @param address {@code ip:port}, the key in a pool
   * @param app empty for parts of the platform
   * @param instanceId empty when it takes no sticky sessions
   * @param instanceIndex empty when the publisher gave none
   * @param staleAfterNanos unheard of for longer than this it is removed
   * @param routeServiceUrl empty when the route has none
   */
  public record Identity(
      String address,
      String ip,
      int port,
      String app,
      String instanceId,
      String instanceIndex,
      Map<String, String> tags,
      long staleAfterNanos,
      String routeServiceUrl) {}

  Endpoint(Identity identity, InetSocketAddress socketAddress, @Nullable Endpoint old) {
    this.identity = identity;
    this.socketAddress = socketAddress;
    // The same place described anew: what is in flight there still is.
    this.inFlight = old == null ? new AtomicInteger() : old.inFlight;
    this.identityHeaders =
        ("X-CF-ApplicationID: "
                + identity.app
                + "\r\nX-CF-InstanceID: "
                + (identity.instanceId.isEmpty() ? identity.address : identity.instanceId)
                + "\r\nX-CF-InstanceIndex: "
                + identity.instanceIndex
                + "\r\n")
            .getBytes(StandardCharsets.ISO_8859_1);
  }

  public Identity identity() {
    return identity;
  }

  public String address() {
    return identity.address;
  }

  public InetSocketAddress socketAddress() {
    return socketAddress;
  }

  /** The X-CF-* header lines that tell the app which instance was meant; not to be changed. */
  public byte[] identityHeaders() {
    return identityHeaders;
  }

  /** Requests that have been sent and not fully answered, over all event loops. */
  public int inFlight() {
    return inFlight.get();
  }

  public void begin() {
    inFlight.incrementAndGet();
  }

  public void end() {
    inFlight.decrementAndGet();
  }

  /** Passed over until {@code nanos}, as long as there is another one. */
  public void markFailed(long untilNanos) {
    failedUntilNanos = untilNanos;
    failed = true;
  }

  public void clearFailure() {
    failed = false;
  }

  public boolean isFailed(long now) {
    if (failed && now - failedUntilNanos >= 0) {
      failed = false;
    }
    return failed;
  }
}
