package bellows.router.routes;

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
class Place extends Claims implements Probing.Hashed {
  private static final AtomicIntegerFieldUpdater<Place> IN_FLIGHT =
      AtomicIntegerFieldUpdater.newUpdater(Place.class, "inFlight");

  private static final long FACTOR = 0x9E3779B97F4A7C15L;
  private static final int IPV4_BYTES = 4;

  /** The address when it is one of IPv4, else its hash. */
  private final int ipv4;

  private final char port;
  private volatile int inFlight;

  /** Null when nothing that was said of the place holds any more. */
  private volatile @Nullable Endpoint endpoint;

  private Place(int ipv4, int port) {
    this.ipv4 = ipv4;
    this.port = (char) port;
  }

  static Place at(byte[] ip, int port) {
    return ip.length == IPV4_BYTES
        ? new Place(ByteBuffer.wrap(ip).getInt(), port)
        : new Ipv6(ip, port);
  }

  /** One of the few that need more than an int for their address. */
  private static final class Ipv6 extends Place {
    private final byte[] address;

    private Ipv6(byte[] address, int port) {
      super(Arrays.hashCode(address), port);
      this.address = address;
    }

    @Override
    boolean hasIpOf(Place other) {
      return other instanceof Ipv6 place && Arrays.equals(address, place.address);
    }

    @Override
    byte[] ipBytes() {
      return address;
    }
  }

  boolean hasIpOf(Place other) {
    return !(other instanceof Ipv6) && ipv4 == other.ipv4;
  }

  byte[] ipBytes() {
    return ByteBuffer.allocate(IPV4_BYTES).putInt(ipv4).array();
  }

  @Override
  public final int hash() {
    long bits = (((long) ipv4 << 16) | port) * FACTOR;
    return (int) (bits ^ (bits >>> 32));
  }

  final boolean hasAddressOf(Place other) {
    return port == other.port && hasIpOf(other);
  }

  final int port() {
    return port;
  }

  final InetSocketAddress socketAddress() {
    return new InetSocketAddress(inetAddress(), port);
  }

  private InetAddress inetAddress() {
    try {
      return InetAddress.getByAddress(ipBytes());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }

  final int inFlight() {
    return inFlight;
  }

  final void begin() {
    IN_FLIGHT.incrementAndGet(this);
  }

  final void end() {
    IN_FLIGHT.decrementAndGet(this);
  }

  /** Nothing that was said of it holds any more. */
  final void leave() {
    endpoint = null;
  }

  final boolean isGone() {
    return endpoint == null;
  }

  final Endpoint endpoint() {
    Endpoint described = endpoint;
    if (described == null) {
      throw new IllegalStateException("nothing is known of " + socketAddress());
    }
    return described;
  }

  final void describe(Endpoint anew) {
    endpoint = anew;
  }
}
