package bellows.router.tcp;

import bellows.contracts.routing.RouterRegister;
import bellows.router.routes.SleepTags;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Where a TCP route leads. Thread-safe. */
final class TcpEndpoint {
  /** Else each new client would wait for the one that is gone, as it has the fewest connections. */
  private static final long AVOIDED_NANOS = Duration.ofSeconds(30).toNanos();

  private final InetSocketAddress address;
  private final AtomicInteger connections = new AtomicInteger();
  private volatile Said said;
  private volatile long seenNanos;
  private volatile boolean avoided;
  private volatile long avoidedUntilNanos;

  /**
   * What its last registration says of it.
   *
   * @param concurrency connections up to which it is asked before one that sleeps
   * @param staleSeconds unheard of for longer it is removed
   */
  record Said(
      String app,
      String index,
      String instanceId,
      boolean asleep,
      int concurrency,
      int staleSeconds) {
    static final Said NOTHING = new Said("", "", "", false, Integer.MAX_VALUE, Integer.MAX_VALUE);

    private static Said of(RouterRegister message) {
      Map<String, String> tags = Objects.requireNonNullElse(message.tags(), Map.of());
      return new Said(
          Objects.requireNonNullElse(message.app(), ""),
          Objects.requireNonNullElse(message.privateInstanceIndex(), ""),
          Objects.requireNonNullElse(message.privateInstanceId(), ""),
          SleepTags.isAsleep(tags),
          SleepTags.concurrency(tags),
          staleSeconds(message.staleThresholdSeconds()));
    }

    private static int staleSeconds(@Nullable Integer wanted) {
      return wanted == null || wanted <= 0 ? Integer.MAX_VALUE : wanted;
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

  /** It could not be dialled: until it can, others are asked first for a while. */
  void failed(long now) {
    avoidedUntilNanos = now + AVOIDED_NANOS;
    avoided = true;
  }

  /** It could be dialled. */
  void works() {
    avoided = false;
  }

  /**
   * Whether it is to be asked before the other one: who could be dialled last time first; then who
   * is awake and not under pressure, so that few callers wake few instances; then who has the
   * fewest connections.
   */
  boolean isBefore(TcpEndpoint other, long now) {
    int rank = rank(now);
    int others = other.rank(now);
    return rank == others ? connections.get() < other.connections.get() : rank < others;
  }

  private int rank(long now) {
    if (avoided && now - avoidedUntilNanos < 0) {
      return 2;
    }
    return !said.asleep() && connections.get() < said.concurrency() ? 0 : 1;
  }

  void see(RouterRegister message, long now) {
    said = Said.of(message);
    see(now);
  }

  void see(long now) {
    seenNanos = now;
  }

  /**
   * @param afterNanos the router's own threshold, which a registration may only shorten
   */
  boolean isStale(long now, long afterNanos) {
    return now - seenNanos > Math.min(afterNanos, TimeUnit.SECONDS.toNanos(said.staleSeconds()));
  }
}
