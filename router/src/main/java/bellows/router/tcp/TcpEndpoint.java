package bellows.router.tcp;

import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** Where a TCP route leads. Thread-safe. */
final class TcpEndpoint {
  private final InetSocketAddress address;
  private final AtomicInteger connections = new AtomicInteger();
  private volatile long seenNanos;

  TcpEndpoint(InetSocketAddress address, long seenNanos) {
    this.address = address;
    this.seenNanos = seenNanos;
  }

  InetSocketAddress address() {
    return address;
  }

  /** Connections to it that are open or being made. */
  AtomicInteger connections() {
    return connections;
  }

  void see(long now) {
    seenNanos = now;
  }

  boolean isStale(long now, long afterNanos) {
    return now - seenNanos > afterNanos;
  }
}
