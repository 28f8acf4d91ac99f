package bellows.launcher;

import bellows.base.lifecycle.Component;
import bellows.base.time.SystemScheduler;
import bellows.bus.MessageBus;
import bellows.router.Router;
import java.net.URI;

/**
 * A router alone, on the bus of a platform that runs elsewhere. Started where one runs already, it
 * takes that one's place, so that no request notices a restart.
 */
final class RouterProcess implements Component {
  private final UpOptions options;
  private final Settings settings;
  private final DataDirectory data;
  private final Runnable whenReplaced;
  private final URI server;
  private final RunningParts running = new RunningParts();

  /**
   * @param whenReplaced is to close this soon, on another thread
   * @throws UsageException when the settings name no bus
   */
  RouterProcess(UpOptions options, Settings settings, DataDirectory data, Runnable whenReplaced) {
    this.options = options;
    this.settings = settings;
    this.data = data;
    this.whenReplaced = whenReplaced;
    this.server = BusSettings.requireServer(settings, data, "a router", "docs/router.md");
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
        running.run(BusSettings.of(settings, "bellows-router", scheduler).orElseThrow());
    Router router =
        new Router(RouterSettings.of(settings, data, options, scheduler.now()), bus, scheduler);
    router.handOver(data.handOver(), whenReplaced);
    running.run(router);
  }

  @Override
  public synchronized void close() {
    running.close();
  }
}
