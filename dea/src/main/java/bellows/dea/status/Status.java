package bellows.dea.status;

import bellows.base.ids.Ids;
import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.contracts.components.ComponentAnnounce;
import bellows.contracts.components.ComponentAnnouncer;
import bellows.http.StatusServer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** /varz and /healthz on a free port, told on the bus (reference/messages.md, section 1.5). */
public final class Status implements Component {
  private final Supplier<Map<String, Object>> own;
  private final MessageBus bus;
  private final Scheduler scheduler;
  private final StatusServer.Config config =
      new StatusServer.Config(0, Ids.secret(8), Ids.secret(16));
  private final StatusServer server;
  private @Nullable ComponentAnnouncer announcer;

  /**
   * @param own what a DEA shows beside what every part does
   */
  public Status(Supplier<Map<String, Object>> own, MessageBus bus, Scheduler scheduler) {
    this.own = own;
    this.bus = bus;
    this.scheduler = scheduler;
    this.server = new StatusServer(config, () -> true, Map.of("/varz", this::varz));
  }

  @Override
  public synchronized void start() {
    if (announcer != null) {
      return;
    }
    server.start();
    announcer =
        new ComponentAnnouncer(
            bus,
            scheduler,
            "DEA",
            0,
            "0-" + Ids.uuid(),
            "127.0.0.1:" + server.port(),
            List.of(config.user(), config.password()));
    announcer.start();
  }

  @Override
  public synchronized void close() {
    if (announcer != null) {
      announcer.close();
      announcer = null;
    }
    server.close();
  }

  private synchronized Object varz() {
    Map<String, Object> page = new LinkedHashMap<>();
    if (announcer != null) {
      ComponentAnnounce head = announcer.announcement(announcer.uptime());
      page.put("type", head.type());
      page.put("index", head.index());
      page.put("uuid", head.uuid());
      page.put("host", head.host());
      page.put("start", head.start());
      page.put("uptime", head.uptime());
    }
    page.put("num_cores", Runtime.getRuntime().availableProcessors());
    page.put("mem_bytes", Runtime.getRuntime().totalMemory());
    page.putAll(own.get());
    return page;
  }
}
