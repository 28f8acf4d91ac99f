package bellows.router.tcp;

import bellows.contracts.routing.RouterRegister;
import bellows.router.routes.SleepTags;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/** Where a TCP route leads. Thread-safe. */
final class TcpEndpoint {
  private final InetSocketAddress address;
  private final AtomicInteger connections = new AtomicInteger();
  private volatile Said said;
  private volatile long seenNanos;

  /**
   * What its last registration says of it.
   *
   * @param concurrency connections up to which it is asked before one that sleeps
   */
  record Said(String app, String index, String instanceId, boolean asleep, int concurrency) {
    static final Said NOTHING = new Said("", "", "", false, Integer.MAX_VALUE);

    private static Said of(RouterRegister message) {
      Map<String, String> tags = Objects.requireNonNullElse(message.tags(), Map.of());
      return new Said(
          Objects.requireNonNullElse(message.app(), ""),
          Objects.requireNonNullElse(message.privateInstanceIndex(), ""),
          Objects.requireNonNullElse(message.privateInstanceId(), ""),
          SleepTags.isAsleep(tags),
          SleepTags.concurrency(tags));
    }
  }

  TcpEndpoint(InetSocketAddress address, RouterRegister message, long seenNanos) {
    this.address = address;
    this.said = Said.of(message);
    this.seenNanos = seenNanos;
  }

  InetSocketAddress address() {
    return address;
  }

  /** As logs show it. */
  String name() {
    return NetUtil.toSocketAddressString(address);
  }

  Said said() {
    return said;
  }

  /** Connections to it that are open or being made. */
  AtomicInteger connections() {
    return connections;
  }

  /**
   * Whether it is to be asked before the other one: who is awake and not under pressure first, so
   * that few callers wake few instances; then who has the fewest connections.
   */
  boolean isBefore(TcpEndpoint other) {
    boolean calm = isCalm();
    return calm == other.isCalm() ? connections.get() < other.connections.get() : calm;
  }

  private boolean isCalm() {
    return !said.asleep() && connections.get() < said.concurrency();
  }

  void see(RouterRegister message, long now) {
    said = Said.of(message);
    see(now);
  }

  void see(long now) {
    seenNanos = now;
  }

  boolean isStale(long now, long afterNanos) {
    return now - seenNanos > afterNanos;
  }
}
