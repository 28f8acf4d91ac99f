package bellows.router.tcp;

import bellows.base.lifecycle.Component;
import bellows.contracts.routing.PortRange;
import bellows.contracts.routing.RouterRegister;
import bellows.router.pipeline.FrontDoor;
import bellows.router.pipeline.Lane;
import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TCP routes as the bus describes them, and a listening port for each. A connection goes to the
 * endpoint with the fewest, awake ones first; one that cannot be dialled is passed over for a
 * while. Thread-safe: changes under a lock, event loops read maps.
 */
public final class TcpRoutes implements Component {
  private static final Logger log = LoggerFactory.getLogger(TcpRoutes.class);

  private final Config config;
  private final FrontDoor door;
  private final TcpCounters counters = new TcpCounters();
  private final Map<Integer, Map<InetSocketAddress, TcpEndpoint>> byPort =
      new ConcurrentHashMap<>();
  private final Set<Integer> failed = new HashSet<>();
  private boolean listening;

  /**
   * @param ports null for no TCP routes at all
   * @param staleAfter since an endpoint was last registered
   * @param connections at most to one endpoint at a time
   * @param dial how long a connection may take to be made
   */
  public record Config(
      @Nullable PortRange ports, Duration staleAfter, int connections, Duration dial) {}

  /**
   * @param door listens for us
   */
  public TcpRoutes(Config config, FrontDoor door) {
    this.config = config;
    this.door = door;
  }

  /** From now on each route has its port; the door is open. */
  @Override
  public synchronized void start() {
    listening = true;
    byPort.keySet().forEach(this::listen);
  }

  /**
   * Follows a registration.
   *
   * @return why not; null when it does
   */
  public synchronized @Nullable String register(RouterRegister message, long now) {
    InetSocketAddress address = address(message);
    if (address == null) {
      return "host or port";
    }
    String refused = null;
    for (Integer port : ports(message)) {
      if (port == null || config.ports() == null || !config.ports().contains(port)) {
        refused = "TCP port " + port + " is not among router.tcp_ports";
        continue;
      }
      byPort
          .computeIfAbsent(port, _ -> new ConcurrentHashMap<>())
          .computeIfAbsent(address, _ -> new TcpEndpoint(address, message, now))
          .see(message, now);
      if (listening) {
        listen(port);
      }
    }
    return refused;
  }

  public synchronized void unregister(RouterRegister message) {
    InetSocketAddress address = address(message);
    for (Integer port : ports(message)) {
      Map<InetSocketAddress, TcpEndpoint> endpoints = port == null ? null : byPort.get(port);
      if (endpoints != null && address != null) {
        endpoints.remove(address);
        closeIfEmpty(port, endpoints);
      }
    }
  }

  /** Removes what has not been registered for too long. */
  public synchronized void prune(long now) {
    byPort.forEach((port, endpoints) -> {
      endpoints.values().removeIf(one -> one.isStale(now, config.staleAfter().toNanos()));
      closeIfEmpty(port, endpoints);
    });
  }

  /** Counts every endpoint as just heard of. */
  public synchronized void refreshAll(long now) {
    byPort.values().forEach(endpoints -> endpoints.values().forEach(one -> one.see(now)));
  }

  private void closeIfEmpty(int port, Map<InetSocketAddress, TcpEndpoint> endpoints) {
    if (endpoints.isEmpty()) {
      byPort.remove(port);
      failed.remove(port);
      door.closeTcp(port);
    }
  }

  /** A port that is taken is tried again with each registration, and told once. */
  private void listen(int port) {
    try {
      door.openTcp(port, (channel, lane) -> splice(channel, lane, port));
      failed.remove(port);
    } catch (UncheckedIOException e) {
      if (failed.add(port)) {
        log.atWarn().addKeyValue("port", port).setCause(e).log("tcp_route.cannot_listen");
      }
    }
  }

  private void splice(Channel client, Lane lane, int port) {
    new Splice(
            client,
            lane,
            this,
            port,
            door.transport().socketChannel(),
            (int) config.dial().toMillis())
        .begin();
  }

  /** What happened since start. */
  public TcpCounters counters() {
    return counters;
  }

  /** The best of them by {@link TcpEndpoint#isBefore}, already counted as one more; or null. */
  @Nullable TcpEndpoint choose(int port, Set<TcpEndpoint> except, long now) {
    TcpEndpoint best = null;
    for (TcpEndpoint one : byPort.getOrDefault(port, Map.of()).values()) {
      if (!except.contains(one)
          && one.connections().get() < config.connections()
          && (best == null || one.isBefore(best, now))) {
        best = one;
      }
    }
    if (best != null) {
      best.connections().incrementAndGet();
    }
    return best;
  }

  private static List<Integer> ports(RouterRegister message) {
    return Objects.requireNonNullElse(message.tcpPorts(), List.of());
  }

  private static @Nullable InetSocketAddress address(RouterRegister message) {
    byte[] ip =
        message.host() == null ? null : NetUtil.createByteArrayFromIpAddressString(message.host());
    Integer port = message.port();
    if (ip == null || port == null || port < 1 || port > 65_535) {
      return null;
    }
    try {
      return new InetSocketAddress(InetAddress.getByAddress(ip), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of a wrong length", e);
    }
  }

  /** The door closes its ports itself. */
  @Override
  public void close() {}
}
