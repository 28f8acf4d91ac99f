package bellows.router.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts the requests of clients to routes in token buckets. For every thread; no lock is held for
 * longer than a look at a hash table.
 *
 * <p>It remembers a bounded number of clients, those that come often rather than those that come
 * once: a crowd of addresses makes it forget a bucket and so let somebody in early, but cannot fill
 * the heap.
 */
public final class RateLimits {
  /** Remembered at most; some 400 bytes each. */
  public static final int CLIENTS = 50_000;

  private static final int IPV4_BYTES = 4;
  private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final RateLimit platform;
  private final TimeMeter time;
  private final Cache<Key, Bucket> buckets;

  /**
   * One client of one route under one limit, so that a limit that changes begins anew.
   *
   * @param route by identity
   * @param network the address, or the /64 of IPv6: that is what one customer gets
   */
  private record Key(Object route, RateLimit limit, long network, boolean ipv4) {}

  /**
   * @param platform for routes that do not say
   * @param nanoTime the time
   */
  public RateLimits(RateLimit platform, LongSupplier nanoTime) {
    this.platform = platform;
    this.time =
        new TimeMeter() {
          @Override
          public long currentTimeNanos() {
            return nanoTime.getAsLong();
          }

          @Override
          public boolean isWallClockBased() {
            return false;
          }
        };
    this.buckets =
        Caffeine.newBuilder()
            .maximumSize(CLIENTS)
            .expireAfterAccess(Duration.ofHours(1))
            .ticker(nanoTime::getAsLong)
            // On the caller's thread: it is little, and no pool of threads needs to be there.
            .executor(Runnable::run)
            .build();
  }

  /** The limit of a route that asks for this one, or for none. */
  public RateLimit of(@Nullable RateLimit wanted) {
    return wanted == null ? platform : wanted;
  }

  /**
   * Takes one request from what the client may still send.
   *
   * @param route an object that stands for the route
   * @param client 4 or 16 bytes
   * @return 0 when it may be sent, else the seconds after which the next one may
   */
  public long take(Object route, RateLimit limit, byte[] client) {
    boolean ipv4 = client.length == IPV4_BYTES;
    ByteBuffer bytes = ByteBuffer.wrap(client);
    Key key = new Key(route, limit, ipv4 ? bytes.getInt() : bytes.getLong(), ipv4);
    ConsumptionProbe probe = buckets.get(key, this::fullBucket).tryConsumeAndReturnRemaining(1);
    return probe.isConsumed() ? 0 : ceilSeconds(probe.getNanosToWaitForRefill());
  }

  /** Clients that are remembered now, about. */
  public long clients() {
    return buckets.estimatedSize();
  }

  /** What tells a client that has to wait how long, and why. */
  public static String headerLines(RateLimit limit, long seconds) {
    return "Retry-After: "
        + seconds
        + "\r\nRateLimit-Limit: "
        + limit.requests()
        + "\r\nRateLimit-Remaining: 0\r\nRateLimit-Reset: "
        + seconds
        + "\r\n";
  }

  private Bucket fullBucket(Key key) {
    return Bucket.builder()
        .addLimit(limit ->
            limit
                .capacity(key.limit.requests())
                .refillGreedy(key.limit.requests(), key.limit.period()))
        .withCustomTimePrecision(time)
        .build();
  }

  private static long ceilSeconds(long nanos) {
    return Math.max(1, Math.ceilDiv(nanos, NANOS_PER_SECOND));
  }
}
