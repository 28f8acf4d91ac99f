package bellows.router.bus;

import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.router.routes.RouteRegistry;
import bellows.router.tcp.TcpRoutes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes routes that nobody registers any more. While the bus is away nobody can, so nothing is
 * removed, and after that everybody has the whole threshold again.
 */
public final class Pruner implements Component {
  private static final Logger log = LoggerFactory.getLogger(Pruner.class);

  private final MessageBus bus;
  private final RouteRegistry registry;
  private final TcpRoutes tcpRoutes;
  private final Scheduler scheduler;
  private Scheduler.@Nullable Timer timer;
  private volatile boolean suspended;

  public Pruner(MessageBus bus, RouteRegistry registry, TcpRoutes tcpRoutes, Scheduler scheduler) {
    this.tcpRoutes = tcpRoutes;
    this.bus = bus;
    this.registry = registry;
    this.scheduler = scheduler;
  }

  @Override
  public void start() {
    if (timer == null) {
      bus.onReconnect(this::resume);
      timer = scheduler.every(registry.rules().pruneInterval(), this::prune);
    }
  }

  private void prune() {
    if (!bus.connected()) {
      suspended = true;
      return;
    }
    if (suspended) {
      resume();
    }
    tcpRoutes.prune(scheduler.nanoTime());
    int pruned = registry.prune(scheduler.nanoTime());
    if (pruned > 0) {
      log.atInfo().addKeyValue("count", pruned).log("routes.pruned");
    }
  }

  private void resume() {
    suspended = false;
    registry.refreshAll(scheduler.nanoTime());
    tcpRoutes.refreshAll(scheduler.nanoTime());
  }

  @Override
  public void close() {
    if (timer != null) {
      timer.close();
    }
  }
}
