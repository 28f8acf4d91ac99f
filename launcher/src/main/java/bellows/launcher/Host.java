package bellows.launcher;

import bellows.base.lifecycle.Component;
import bellows.base.time.SystemScheduler;
import bellows.bus.MessageBus;
import bellows.dea.Dea;
import bellows.warden.Warden;
import bellows.warden.machine.LinuxWarden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;

/**
 * One more host of a platform that runs elsewhere: a warden and a DEA on the platform's bus. All
 * else is the platform's; the DEA gets droplets by the addresses that start messages carry.
 */
final class Host implements Component {
  private final HostOptions options;
  private final Settings settings;
  private final DataDirectory data;
  private final URI server;
  private final LinuxWarden.Config wardenConfig;
  private final RunningParts running = new RunningParts();

  /**
   * @throws UsageException when the settings name no bus
   */
  Host(HostOptions options, Settings settings, DataDirectory data) {
    this.options = options;
    this.settings = settings;
    this.data = data;
    this.server = BusSettings.requireServer(settings, data, "a host", "docs/hosts.md");
    this.wardenConfig = WardenSettings.of(settings, data, addressTowards(server));
  }

  /** Where its instances are reached. */
  String address() {
    return wardenConfig.instanceAddress();
  }

  /** The bus that it joins. */
  URI server() {
    return server;
  }

  @Override
  public synchronized void start() {
    running.start(this::wire);
  }

  private void wire() {
    SystemScheduler scheduler = running.scheduler();
    MessageBus bus =
        running.run(BusSettings.of(settings, "bellows-" + options.name(), scheduler).orElseThrow());
    HostName.claim(options.name(), bus, "choose another --name");
    Warden warden = running.run(new LinuxWarden(wardenConfig));
    running.run(
        new Dea(
            DeaSettings.of(settings, data, options.name(), wardenConfig), bus, warden, scheduler));
  }

  @Override
  public synchronized void close() {
    running.close();
  }

  /** Our own address on the way to the bus: routers are there, too, or beyond. */
  private static Optional<String> addressTowards(URI server) {
    try (DatagramSocket socket = new DatagramSocket()) {
      // Sends nothing; the kernel only picks a route.
      socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
      InetAddress own = socket.getLocalAddress();
      return own.isLoopbackAddress() || own.isAnyLocalAddress()
          ? Optional.empty()
          : Optional.of(own.getHostAddress());
    } catch (IOException | UncheckedIOException e) {
      throw new UsageException("no way to nats.url " + server + ": " + e.getMessage());
    }
  }
}
