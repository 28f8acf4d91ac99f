package bellows.dea.routes;

import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.contracts.Nothing;
import bellows.contracts.Subjects;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.ids.DeaId;
import bellows.contracts.routing.RouteUris;
import bellows.contracts.routing.RouterGreeting;
import bellows.contracts.routing.RouterRegister;
import bellows.dea.instances.Instance;
import bellows.dea.instances.InstanceRegistry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Registers what serves: when it begins to, each interval, when a router starts, and when the bus
 * is back (reference/messages.md, section 1.4). Whether an instance still serves is asked under the
 * instance's own lock, so no registration follows an unregistration.
 */
public final class RouteRegistrar implements AutoCloseable {
  /**
   * @param address of this host, which the routers reach
   * @param interval until a router names its own
   */
  public record Config(DeaId dea, String address, Duration interval) {}

  private static final Duration GREETING_WAIT = Duration.ofSeconds(30);
  private static final int ROUTERS = 64;

  /** How often a route is told before a router would forget it. */
  private static final int TOLD_IN_TIME = 3;

  private final Config config;
  private final InstanceRegistry registry;
  private final MessageBus bus;
  private final Scheduler scheduler;
  private final Set<String> routers = ConcurrentHashMap.newKeySet();
  private Duration interval;
  private Scheduler.@Nullable Timer timer;
  private MessageBus.@Nullable Subscription starts;
  private MessageBus.@Nullable Subscription greetings;

  public RouteRegistrar(
      Config config, InstanceRegistry registry, MessageBus bus, Scheduler scheduler) {
    this.config = config;
    this.registry = registry;
    this.bus = bus;
    this.scheduler = scheduler;
    this.interval = config.interval();
  }

  /** Registers everything and goes on doing so. */
  public synchronized void start() {
    starts =
        bus.subscribe(Subjects.ROUTER_START, incoming -> incoming.message().ifPresent(this::greet));
    greetings =
        bus.requestStream(
            Subjects.ROUTER_GREET,
            Nothing.NOTHING,
            RouterGreeting.class,
            GREETING_WAIT,
            new Function<>() {
              private int seen;

              @Override
              public Boolean apply(RouterGreeting greeting) {
                greet(greeting);
                return ++seen < ROUTERS;
              }
            });
    timer = scheduler.every(interval, this::registerAll);
    registerAll();
  }

  @Override
  public synchronized void close() {
    if (starts != null) {
      starts.close();
      starts = null;
    }
    if (greetings != null) {
      greetings.close();
      greetings = null;
    }
    if (timer != null) {
      timer.close();
      timer = null;
    }
  }

  /** It serves now: its uris are registered, the gone ones withdrawn. */
  public void register(Instance instance, List<String> gone) {
    if (!gone.isEmpty()) {
      unregister(instance, gone);
    }
    instance.ifServing(routed ->
        routed
            .byOptions()
            .forEach((wanted, uris) ->
                bus.publish(Subjects.ROUTER_REGISTER, message(instance, uris).with(wanted))));
  }

  /** It does not serve these any more. */
  public void unregister(Instance instance, List<String> uris) {
    if (!uris.isEmpty()) {
      bus.publish(Subjects.ROUTER_UNREGISTER, message(instance, uris));
    }
  }

  /** After the bus was away, or a router has lost its memory. */
  public void registerAll() {
    registry.all().forEach(instance -> register(instance, List.of()));
  }

  /** Whether a router has named that address as its own. */
  public boolean isRouter(String address) {
    return routers.contains(address);
  }

  private void greet(RouterGreeting greeting) {
    if (routers.size() < ROUTERS) {
      routers.addAll(greeting.hosts());
    }
    Duration wanted = interval(greeting);
    synchronized (this) {
      if (timer != null && wanted.isPositive() && !wanted.equals(interval)) {
        interval = wanted;
        timer.close();
        timer = scheduler.every(wanted, this::registerAll);
      }
    }
    registerAll();
  }

  /**
   * What the router asks for is the least. One that forgets only after a multiple of that is told
   * as often as makes up for the loss of two messages, as thousands of routes that never change are
   * a lot to tell.
   */
  private static Duration interval(RouterGreeting greeting) {
    return Duration.ofSeconds(
        Math.max(
            greeting.registerIntervalSeconds(), greeting.pruneThresholdSeconds() / TOLD_IN_TIME));
  }

  private RouterRegister message(Instance instance, List<String> uris) {
    Map<String, String> tags = new LinkedHashMap<>();
    tags.put("component", "dea");
    tags.put("state", instance.asleep() ? "asleep" : "awake");
    tags.put("instance_id", Integer.toString(instance.index()));
    if (instance.processId() != null) {
      tags.put("process_id", instance.processId());
      tags.put("process_instance_id", instance.id().value());
    }
    if (instance.processType() != null) {
      tags.put("process_type", instance.processType());
    }
    // Kept connections to a container before this one are of no use any more.
    instance.generation().ifPresent(number -> tags.put("container", number));
    StartInstance.Sleep sleep = instance.sleep();
    if (sleep != null && sleep.afterSeconds() != null) {
      tags.put("concurrency", Integer.toString(sleep.concurrency()));
      if (Boolean.TRUE.equals(sleep.wakePage())) {
        tags.put("wake_page", "true");
      }
    }
    return RouterRegister.instance(
            config.address(),
            instance.port(),
            RouteUris.http(uris),
            instance.app().value(),
            config.dea().value(),
            instance.id().value(),
            instance.index(),
            tags)
        .withTcpPorts(RouteUris.tcpPorts(uris));
  }
}
