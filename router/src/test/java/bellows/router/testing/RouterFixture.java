package bellows.router.testing;

import bellows.base.time.Scheduler;
import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import bellows.bus.InProcessBus;
import bellows.contracts.Subjects;
import bellows.contracts.routing.RouterRegister;
import bellows.router.Router;
import bellows.router.RouterConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A router on a free port, its bus, and the backends of a test; all closed together. */
public final class RouterFixture implements AutoCloseable {
  private final SystemScheduler clock = new SystemScheduler();
  private final InProcessBus bus;
  private final Router router;
  private final List<AutoCloseable> owned = new ArrayList<>();
  private final AtomicInteger markers = new AtomicInteger();

  public RouterFixture() {
    this(config -> config);
  }

  public RouterFixture(UnaryOperator<RouterConfig> change) {
    bus = new InProcessBus(clock);
    bus.start();
    router = new Router(change.apply(config()), bus, clock);
    router.start();
  }

  /** The defaults on a free loopback port, without waiting for routes. */
  public static RouterConfig config() {
    return RouterConfig.defaults()
        .listen("127.0.0.1", 0)
        .fill(Duration.ZERO, Duration.ofSeconds(1))
        .loops(2, null);
  }

  public Scheduler clock() {
    return clock;
  }

  public InProcessBus bus() {
    return bus;
  }

  public Router router() {
    return router;
  }

  public InetSocketAddress address() {
    return router.address();
  }

  public RawClient client() {
    return new RawClient(router.address());
  }

  /** A running backend that serves {@code uri} as a part of the platform. */
  public ScriptedBackend serve(String uri, ScriptedBackend backend) {
    owned.add(backend);
    register(RouterRegister.component("test", "127.0.0.1", backend.port(), List.of(uri)));
    return backend;
  }

  /** Something on this machine that serves {@code uri} by HTTP/2 alone. */
  public void serveHttp2(String uri, int port) {
    register(http2(uri, port));
  }

  /** What {@link #serveHttp2} publishes. */
  public static RouterRegister http2(String uri, int port) {
    return new RouterRegister(
        "127.0.0.1",
        port,
        null,
        List.of(uri),
        "http2",
        "app",
        null,
        "instance",
        "0",
        Map.of(),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  /** A running backend that serves {@code uri} as an instance of an app. */
  public ScriptedBackend serveApp(String uri, String app, int index, ScriptedBackend backend) {
    owned.add(backend);
    register(
        RouterRegister.instance(
            "127.0.0.1",
            backend.port(),
            List.of(uri),
            app,
            "dea",
            "instance-" + app + "-" + index,
            index,
            Map.of("process_id", "process-" + app)));
    return backend;
  }

  /** Publishes it and waits until the router has followed. */
  public void register(RouterRegister message) {
    String marker = "marker-" + markers.incrementAndGet() + ".test";
    bus.publish(Subjects.ROUTER_REGISTER, message);
    bus.publish(
        Subjects.ROUTER_REGISTER,
        RouterRegister.component("marker", "127.0.0.1", 1, List.of(marker)));
    Eventually.until("the registration is followed", () -> router.knows(marker));
  }

  /** As {@link #register} for the opposite. */
  public void unregister(RouterRegister message) {
    bus.publish(Subjects.ROUTER_UNREGISTER, message);
    register(RouterRegister.component("marker", "127.0.0.1", 1, List.of("marker.test")));
  }

  /** A port on which nobody listens, and nobody else can while the fixture is there. */
  public int closedPort() {
    try {
      Socket holder = new Socket();
      holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      owned.add(holder);
      return holder.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    router.close();
    for (AutoCloseable resource : owned) {
      try {
        resource.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    bus.close();
    clock.close();
  }
}
