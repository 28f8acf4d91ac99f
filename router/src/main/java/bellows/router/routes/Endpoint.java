package bellows.router.routes;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * One place that serves a route, and what was registered of it. What it is never changes; how it
 * does (failed, being woken, requests in flight) does, and may be read and written by every thread.
 * One that falls asleep or wakes is registered anew and becomes a new object, so kept connections
 * end with each sleep.
 *
 * <p>There may be a million: ids are kept as their bits, and made readable for those that requests
 * come to, until the next look for stale ones.
 */
public final class Endpoint {
  private static final AtomicReferenceFieldUpdater<Endpoint, @Nullable Health> HEALTH =
      AtomicReferenceFieldUpdater.newUpdater(Endpoint.class, Health.class, "health");

  private final Place place;
  private final Traits traits;
  private final byte[] own;
  private volatile @Nullable Health health;
  private volatile @Nullable Reading reading;

  /**
   * What a registration says of an endpoint.
   *
   * @param address {@code ip:port}, the key in a pool
   * @param app empty for parts of the platform
   * @param instanceId empty when it takes no sticky sessions
   * @param instanceIndex empty when the publisher gave none
   * @param staleAfterSeconds unheard of for longer than this it is removed
   * @param zone empty when the publisher gave none
   * @param segment empty when it is not isolated
   * @param serverName the name in its certificate; empty for its address, or without TLS
   */
  public record Identity(
      String address,
      int port,
      String app,
      String instanceId,
      String instanceIndex,
      Map<String, String> tags,
      long staleAfterSeconds,
      String zone,
      String segment,
      String serverName) {}

  /** What requests need of an endpoint. */
  private static final class Reading {
    private final Identity identity;
    private final byte[] headers;
    private final int rank;

    private Reading(Identity identity, byte[] headers, int rank) {
      this.identity = identity;
      this.headers = headers;
      this.rank = rank;
    }
  }

  /**
   * @param own ids and other texts that only this endpoint has, as {@link CompactTexts}
   * @param old the same place as it was described before
   */
  Endpoint(Place place, Traits traits, byte[] own, @Nullable Endpoint old) {
    this.place = place;
    this.traits = traits;
    this.own = own;
    // Asleep before and after: whoever wakes it still does.
    this.health = old != null && old.isAsleep() && traits.isAsleep() ? old.health : null;
  }

  Place place() {
    return place;
  }

  Traits traits() {
    return traits;
  }

  boolean isDescribedBy(Traits otherTraits, byte[] otherOwn) {
    return traits.equals(otherTraits) && Arrays.equals(own, otherOwn);
  }

  /** Whether both are of the same app, given the texts of the other one. */
  boolean isOfSameApp(byte[] otherOwn) {
    return CompactTexts.haveSameFirst(own, otherOwn);
  }

  public Identity identity() {
    return reading().identity;
  }

  private Reading reading() {
    Reading known = reading;
    if (known == null) {
      known = read();
      reading = known;
    }
    return known;
  }

  /** Makes it small again, until somebody wants to read it. */
  void forgetReading() {
    reading = null;
  }

  private Reading read() {
    List<String> texts = CompactTexts.read(own);
    Traits.Ids ids = new Traits.Ids(texts.get(0), texts.get(1), texts.get(2));
    Identity identity =
        new Identity(
            NetUtil.toSocketAddressString(place.socketAddress()),
            place.port(),
            ids.app(),
            ids.instance(),
            ids.index(),
            traits.tags(ids, texts.subList(traits.speaksTls() ? 4 : 3, texts.size())),
            TimeUnit.MILLISECONDS.toSeconds(traits.staleAfterMillis()),
            traits.zone(),
            traits.segment(),
            traits.speaksTls() ? texts.get(3) : "");
    String headers =
        "X-CF-ApplicationID: "
            + identity.app
            + "\r\nX-CF-InstanceID: "
            + (identity.instanceId.isEmpty() ? identity.address : identity.instanceId)
            + "\r\nX-CF-InstanceIndex: "
            + identity.instanceIndex
            + "\r\n";
    return new Reading(
        identity,
        headers.getBytes(StandardCharsets.ISO_8859_1),
        Traits.number(identity.instanceIndex, Integer.MAX_VALUE));
  }

  public String address() {
    return identity().address;
  }

  /** Whether it takes TLS, and nothing else. */
  public boolean speaksTls() {
    return traits.speaksTls();
  }

  /** Whether it takes HTTP/2 with prior knowledge, and nothing else. */
  public boolean speaksHttp2() {
    return traits.speaksHttp2();
  }

  /** Made anew for each call: only who connects needs it. */
  public InetSocketAddress socketAddress() {
    return place.socketAddress();
  }

  /** Whether both are at the same address, however they are described. */
  public boolean isSamePlace(Endpoint other) {
    return place.equals(other.place);
  }

  /**
   * Whether nothing serves there any more as far as the router knows; whoever listens at the
   * address now may be another app.
   */
  public boolean isGone() {
    return place.isGone();
  }

  /** The X-CF-* header lines that tell the app which instance was meant; not to be changed. */
  public byte[] identityHeaders() {
    return reading().headers;
  }

  /** Requests that have been sent and not fully answered, over all event loops. */
  public int inFlight() {
    return place.inFlight();
  }

  public void begin() {
    place.begin();
  }

  public void end() {
    place.end();
  }

  /** Whether a request for it would have to wake it, by what it last registered. */
  public boolean isAsleep() {
    return traits.isAsleep();
  }

  /** Whether it is one that sleeps at times, and so may end just as a request comes to it. */
  public boolean maySleep() {
    return traits.maySleep();
  }

  /** Whether its publisher says that it stands in this availability zone. */
  public boolean isIn(String zone) {
    return traits.zone().equals(zone);
  }

  /** Requests in flight from which on another instance may be woken. */
  public int concurrency() {
    return traits.concurrency();
  }

  /** Whether the app wants browsers to see a page instead of waiting for the wake. */
  public boolean hasWakePage() {
    return traits.hasWakePage();
  }

  /** Its place among sleeping ones, the same for every router: the lowest is woken first. */
  public int wakeRank() {
    return reading().rank;
  }

  /**
   * Notes that it is being woken, as it counts from then on until it registers awake.
   *
   * @param untilNanos after which the wake counts as lost
   * @return false when somebody else has begun it
   */
  public boolean beginWake(long now, long untilNanos) {
    return health().beginWake(now, untilNanos);
  }

  /** Nobody is waking it any more. */
  public void endWake() {
    Health known = health;
    if (known != null) {
      known.endWake();
    }
  }

  /** It could not be woken, and until {@code nanos} another try will hardly do better. */
  public void failWake(long untilNanos) {
    health().failWake(untilNanos);
  }

  /**
   * Whether a wake has failed lately. Unlike {@link #isFailed} it stays so when there is no other
   * endpoint to turn to.
   */
  public boolean hasFailedToWake(long now) {
    Health known = health;
    return known != null && known.hasFailedToWake(now);
  }

  public boolean isWaking(long now) {
    Health known = health;
    return known != null && known.isWaking(now);
  }

  /**
   * It did not serve a request. It is passed over for a while, as long as there is another one:
   * shortly at first, twice as long after each further failure, so that what was a hiccup is back
   * soon. Then one request may try it, and only when that is answered all do.
   *
   * @param longestPauseNanos more is never waited before it is tried again
   */
  public void fail(long now, long longestPauseNanos) {
    health().fail(now, longestPauseNanos);
  }

  /** It is about to get a request; the first one after a failure is a trial. */
  public void choose(long now) {
    Health known = health;
    if (known != null) {
      known.beginTrial(now);
    }
  }

  /** It has answered: what went wrong before is forgotten. */
  public void succeed() {
    Health known = health;
    if (known != null) {
      known.succeed();
    }
  }

  public void clearFailure() {
    Health known = health;
    if (known != null) {
      known.clearFailure();
    }
  }

  public boolean isFailed(long now) {
    Health known = health;
    return known != null && known.isFailed(now);
  }

  private Health health() {
    Health known = health;
    if (known != null) {
      return known;
    }
    Health first = new Health();
    if (HEALTH.compareAndSet(this, null, first)) {
      return first;
    }
    return health();
  }
}
