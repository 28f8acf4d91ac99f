package bellows.router.routes;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * An address that serves routes, for as long as the same app does so there: what is in flight at it
 * outlives a change of what is said of it. The claims belong to the registry's writer; all else is
 * for every thread.
 */
final class Place implements Probing.Hashed {
  private static final AtomicIntegerFieldUpdater<Place> IN_FLIGHT =
      AtomicIntegerFieldUpdater.newUpdater(Place.class, "inFlight");

  private static final long FACTOR = 0x9E3779B97F4A7C15L;
  private static final int IPV4_BYTES = 4;

  /** The address when it is one of IPv4, else 0. */
  private final int ipv4;

  private final byte @Nullable [] ipv6;
  private final char port;
  private volatile boolean gone;
  private volatile int inFlight;
  private @Nullable Endpoint endpoint;
  private @Nullable Claim claims;

  /** A route that the place serves, and when that was last said. */
  static final class Claim {
    private final Pool pool;
    private int seenMillis;
    private @Nullable Claim next;

    private Claim(Pool pool) {
      this.pool = pool;
    }

    Pool pool() {
      return pool;
    }

    @Nullable Claim next() {
      return next;
    }

    /** Wraps, so only differences mean something. */
    int seenMillis() {
      return seenMillis;
    }

    void see(int nowMillis) {
      seenMillis = nowMillis;
    }
  }

  Place(byte[] ip, int port) {
    this.ipv4 = ip.length == IPV4_BYTES ? ByteBuffer.wrap(ip).getInt() : 0;
    this.ipv6 = ip.length == IPV4_BYTES ? null : ip;
    this.port = (char) port;
  }

  @Override
  public int hash() {
    long bits = (((long) (ipv6 == null ? ipv4 : Arrays.hashCode(ipv6)) << 16) | port) * FACTOR;
    return (int) (bits ^ (bits >>> 32));
  }

  boolean hasAddressOf(Place other) {
    return ipv4 == other.ipv4 && port == other.port && Arrays.equals(ipv6, other.ipv6);
  }

  int port() {
    return port;
  }

  String ip() {
    return ipv6 == null ? NetUtil.intToIpAddress(ipv4) : NetUtil.toAddressString(inetAddress());
  }

  InetSocketAddress socketAddress() {
    return new InetSocketAddress(inetAddress(), port);
  }

  private InetAddress inetAddress() {
    byte[] ip =
        ipv6 == null
            ? new byte[] {
              (byte) (ipv4 >>> 24), (byte) (ipv4 >>> 16), (byte) (ipv4 >>> 8), (byte) ipv4
            }
            : ipv6;
    try {
      return InetAddress.getByAddress(ip);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }

  int inFlight() {
    return inFlight;
  }

  void begin() {
    IN_FLIGHT.incrementAndGet(this);
  }

  void end() {
    IN_FLIGHT.decrementAndGet(this);
  }

  /** Nothing that was said of it holds any more. */
  void leave() {
    gone = true;
  }

  boolean isGone() {
    return gone;
  }

  Endpoint endpoint() {
    if (endpoint == null) {
      throw new IllegalStateException("nothing is known of " + ip() + ":" + (int) port);
    }
    return endpoint;
  }

  void describe(Endpoint anew) {
    endpoint = anew;
  }

  /** The first of the routes; null when it serves none. */
  @Nullable Claim claims() {
    return claims;
  }

  @Nullable Claim claim(Pool pool) {
    Claim claim = claims;
    while (claim != null && claim.pool != pool) {
      claim = claim.next;
    }
    return claim;
  }

  Claim add(Pool pool) {
    Claim claim = new Claim(pool);
    claim.next = claims;
    claims = claim;
    return claim;
  }

  /** Whether there was one. */
  boolean remove(Pool pool) {
    Claim before = null;
    for (Claim claim = claims; claim != null; claim = claim.next) {
      if (claim.pool == pool) {
        if (before == null) {
          claims = claim.next;
        } else {
          before.next = claim.next;
        }
        return true;
      }
      before = claim;
    }
    return false;
  }
}
