package bellows.router.bus;

import bellows.base.json.Json;
import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.bus.Subject;
import bellows.contracts.Subjects;
import bellows.contracts.routing.RouteGrants;
import bellows.contracts.routing.RouterRegister;
import bellows.router.routes.RegistrationException;
import bellows.router.routes.RouteRegistry;
import bellows.router.routes.RouteRegistry.Update;
import bellows.router.tcp.TcpRoutes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Brings registrations from the bus into the route table. What has come while the table was being
 * changed is applied together, so that a flood of messages costs few copies of it.
 */
public final class RouteFeed implements Component {
  /** One subscription for both subjects, as gorouter has: two would lose their order. */
  private static final Subject<byte[]> ROUTER = new Subject<>("router.*", byte[].class);

  private static final Logger log = LoggerFactory.getLogger(RouteFeed.class);

  private static final int QUEUED = 16_384;
  private static final int BATCH = 4_096;

  /** A platform that starts with us has its controller up before that. */
  private static final Duration GRANTS = Duration.ofSeconds(60);

  private final MessageBus bus;
  private final RouteRegistry registry;
  private final Scheduler scheduler;
  private final Refusals refusals;
  private final BlockingQueue<Update> updates = new ArrayBlockingQueue<>(QUEUED);
  private final TcpRoutes tcpRoutes;
  private final @Nullable Grants grants;
  private MessageBus.@Nullable Subscription subscription;
  private MessageBus.@Nullable Subscription grantSubscription;
  private @Nullable Thread applier;

  /**
   * @param strict whether registrations must be granted by the controller
   */
  public RouteFeed(
      MessageBus bus,
      RouteRegistry registry,
      TcpRoutes tcpRoutes,
      Scheduler scheduler,
      Refusals refusals,
      boolean strict) {
    this.tcpRoutes = tcpRoutes;
    this.bus = bus;
    this.registry = registry;
    this.scheduler = scheduler;
    this.refusals = refusals;
    this.grants = strict ? new Grants() : null;
  }

  @Override
  public void start() {
    if (subscription == null) {
      applier = Thread.ofVirtual().name("route-feed").start(this::apply);
      if (grants != null) {
        grantSubscription =
            bus.subscribe(
                Subjects.ROUTE_GRANTS,
                incoming -> incoming.message().ifPresent(news -> learn(grants, news)));
      }
      subscription = bus.subscribe(ROUTER, this::onMessage);
    }
  }

  /**
   * Strict: waits until the controller has announced what there is.
   *
   * @throws IllegalStateException when it has not in time: without it there would be no route
   */
  public void awaitGrants() {
    if (grants != null && !grants.await(GRANTS)) {
      throw new IllegalStateException(
          "router.strict=on, but no controller has announced routes within "
              + GRANTS.toSeconds()
              + " s; is the platform up, and on the same bus?");
    }
  }

  private void learn(Grants from, RouteGrants news) {
    from.learn(news).forEach(message -> follow(Update.Kind.REGISTER, message));
  }

  private void onMessage(MessageBus.Incoming<byte[]> incoming) {
    Update.Kind kind;
    if (incoming.subject().equals(Subjects.ROUTER_REGISTER.name())) {
      kind = Update.Kind.REGISTER;
    } else if (incoming.subject().equals(Subjects.ROUTER_UNREGISTER.name())) {
      kind = Update.Kind.UNREGISTER;
    } else {
      return; // router.start, router.greet and the like are not for the table
    }
    @Nullable RouterRegister message = read(incoming.message().orElse(new byte[0]));
    if (message != null && grants != null) {
      message = checked(grants, kind, message);
    }
    if (message != null) {
      follow(kind, message);
    }
  }

  private void follow(Update.Kind kind, RouterRegister message) {
    if (message.tcpPorts() != null) {
      followTcp(kind, message);
    }
    if (!message.uris().isEmpty() || message.tcpPorts() == null) {
      put(new Update(kind, message));
    }
  }

  private void followTcp(Update.Kind kind, RouterRegister message) {
    switch (kind) {
      case REGISTER -> {
        String refused = tcpRoutes.register(message, scheduler.nanoTime());
        if (refused != null) {
          refusals.add(RegistrationException.Reason.PORT, refused);
        }
      }
      case UNREGISTER -> tcpRoutes.unregister(message);
    }
  }

  private @Nullable RouterRegister checked(Grants by, Update.Kind kind, RouterRegister message) {
    if (kind == Update.Kind.UNREGISTER) {
      by.forget(message);
      return message;
    }
    RouterRegister granted = by.follow(message);
    if (!granted.equals(message)) {
      List<Integer> ports = Objects.requireNonNullElse(message.tcpPorts(), List.of());
      refusals.add(
          RegistrationException.Reason.NOT_GRANTED,
          message.uris()
              + (ports.isEmpty() ? "" : " and TCP ports " + ports)
              + " for app "
              + message.app()
              + " at "
              + message.host());
      return granted.uris().isEmpty() && granted.tcpPorts() == null ? null : granted;
    }
    return message;
  }

  private void put(Update update) {
    try {
      // When the queue is full this waits, and the bus holds back and counts, as it promises.
      updates.put(update);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable RouterRegister read(byte[] body) {
    try {
      @Nullable RouterRegister message = Json.read(body, RouterRegister.class);
      if (message == null) {
        refusals.add(RegistrationException.Reason.MESSAGE, "null");
      }
      return message;
    } catch (JacksonException e) {
      refusals.add(RegistrationException.Reason.MESSAGE, e.getOriginalMessage());
      return null;
    }
  }

  private void apply() {
    List<Update> batch = new ArrayList<>();
    try {
      while (!Thread.currentThread().isInterrupted()) {
        batch.add(updates.take());
        updates.drainTo(batch, BATCH);
        try {
          registry.apply(
              batch,
              scheduler.nanoTime(),
              refused -> refusals.add(refused.reason(), String.valueOf(refused.getMessage())));
        } catch (RuntimeException e) {
          // A mistake of ours must not end the feed for good: routes come again in seconds.
          log.atError().setCause(e).log("routes.apply_failed");
        }
        batch.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    if (subscription != null) {
      subscription.close();
    }
    if (grantSubscription != null) {
      grantSubscription.close();
    }
    if (applier != null) {
      applier.interrupt();
    }
  }
}
