package bellows.router.routes;

import bellows.contracts.dea.StartInstance;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One place that serves a route. What it is never changes; how it does (failed, being woken,
 * requests in flight) does, and may be read and written by every thread. One that falls asleep or
 * wakes is registered anew and becomes a new object, so kept connections end with each sleep.
 */
public final class Endpoint {
  /** Beyond any concurrency target: what never sleeps knows no pressure. */
  private static final int NO_TARGET = Integer.MAX_VALUE;

  private static final long NEVER = Long.MIN_VALUE;

  private final Identity identity;
  private final InetSocketAddress socketAddress;
  private final byte[] identityHeaders;
  private final AtomicInteger inFlight;
  private final boolean asleep;
  private final int concurrency;
  private final int rank;
  private final AtomicLong wakingUntilNanos;
  private volatile long failedUntilNanos;
  private volatile boolean failed;
  private volatile long wakeFailedUntilNanos = NEVER;

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
    this.asleep = "asleep".equals(identity.tags.get("state"));
    this.concurrency = concurrency(identity.tags);
    this.rank = number(identity.instanceIndex, Integer.MAX_VALUE);
    this.wakingUntilNanos =
        old != null && old.asleep && asleep ? old.wakingUntilNanos : new AtomicLong(NEVER);
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

  private static int concurrency(Map<String, String> tags) {
    int target = number(tags.getOrDefault("concurrency", ""), 0);
    if (target > 0) {
      return target;
    }
    return tags.containsKey("state") ? StartInstance.Sleep.DEFAULT_CONCURRENCY : NO_TARGET;
  }

  private static int number(String text, int otherwise) {
    boolean plain =
        !text.isEmpty() && text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return plain ? Integer.parseInt(text) : otherwise;
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

  /** Whether a request for it would have to wake it, by what it last registered. */
  public boolean isAsleep() {
    return asleep;
  }

  /** Whether it is one that sleeps at times, and so may end just as a request comes to it. */
  public boolean maySleep() {
    return identity.tags.containsKey("state");
  }

  /** Requests in flight from which on another instance may be woken. */
  public int concurrency() {
    return concurrency;
  }

  /** Whether the app wants browsers to see a page instead of waiting for the wake. */
  public boolean hasWakePage() {
    return "true".equals(identity.tags.get("wake_page"));
  }

  /** Its place among sleeping ones, the same for every router: the lowest is woken first. */
  public int wakeRank() {
    return rank;
  }

  /**
   * Notes that it is being woken, as it counts from then on until it registers awake.
   *
   * @param untilNanos after which the wake counts as lost
   * @return false when somebody else has begun it
   */
  public boolean beginWake(long now, long untilNanos) {
    long before = wakingUntilNanos.get();
    return !isWithin(before, now) && wakingUntilNanos.compareAndSet(before, untilNanos);
  }

  /** Nobody is waking it any more. */
  public void endWake() {
    wakingUntilNanos.set(NEVER);
  }

  /** It could not be woken, and until {@code nanos} another try will hardly do better. */
  public void failWake(long untilNanos) {
    endWake();
    wakeFailedUntilNanos = untilNanos;
    markFailed(untilNanos);
  }

  /**
   * Whether a wake has failed lately. Unlike {@link #isFailed} it stays so when there is no other
   * endpoint to turn to.
   */
  public boolean hasFailedToWake(long now) {
    return isWithin(wakeFailedUntilNanos, now);
  }

  public boolean isWaking(long now) {
    return isWithin(wakingUntilNanos.get(), now);
  }

  private static boolean isWithin(long until, long now) {
    return until != NEVER && now - until < 0;
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
