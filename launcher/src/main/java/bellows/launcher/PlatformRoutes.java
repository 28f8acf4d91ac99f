package bellows.launcher;

import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.contracts.Nothing;
import bellows.contracts.Subjects;
import bellows.contracts.routing.RouteGrants;
import bellows.contracts.routing.RouterRegister;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells every router where the platform's own names are served: at once when a router starts, and
 * again before it would forget.
 */
final class PlatformRoutes implements Component {
  /** A sixth of what routers forget after (reference/messages.md, section 2.2). */
  private static final Duration EVERY = Duration.ofSeconds(20);

  /** Below the domain; they are the platform's own and can be no app's. */
  private static final List<String> NAMES = List.of("api", "login", "uaa", "log-cache");

  private final MessageBus bus;
  private final Scheduler scheduler;
  private final RouterRegister registration;
  private final RouteGrants grant;
  private final List<AutoCloseable> open = new ArrayList<>();

  /**
   * @param names full host names
   * @param server where they are served
   */
  PlatformRoutes(List<String> names, Address server, MessageBus bus, Scheduler scheduler) {
    this.bus = bus;
    this.scheduler = scheduler;
    registration = RouterRegister.component("platform", server.host(), server.port(), names);
    grant =
        RouteGrants.news(List.of(new RouteGrants.Grant("", names, List.of(server.toString()))))
            .getFirst();
  }

  /** The platform's own hosts. */
  static List<String> hosts(String domain) {
    return NAMES.stream().map(name -> name + "." + domain).toList();
  }

  @Override
  public void start() {
    if (open.isEmpty()) {
      open.add(bus.subscribe(Subjects.ROUTER_START, _ -> register()));
      open.add(scheduler.every(EVERY, this::register));
      bus.onReconnect(this::register);
      bus.publish(Subjects.ROUTER_GREET, Nothing.NOTHING);
      register();
    }
  }

  @Override
  public void close() {
    if (open.isEmpty()) {
      return;
    }
    for (AutoCloseable one : open) {
      try {
        one.close();
      } catch (Exception e) {
        throw new IllegalStateException("a timer or subscription does not close", e);
      }
    }
    open.clear();
    bus.publish(Subjects.ROUTER_UNREGISTER, registration);
  }

  private void register() {
    bus.publish(Subjects.ROUTE_GRANTS, grant);
    bus.publish(Subjects.ROUTER_REGISTER, registration);
  }
}
