import bellows.base.time.SystemScheduler;
import bellows.bus.InProcessBus;
import bellows.contracts.Subjects;
import bellows.contracts.routing.RouterRegister;
import bellows.router.Router;
import bellows.router.RouterConfig;
import bellows.router.backend.Transport;
import bellows.router.routes.Isolation;
import bellows.router.routes.RouteRules;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The platform's router alone, as bench/router measures it: one loop, access log, status endpoints, and a table that the bus has filled. Says "serves" when
 * it does; then each line of input is answered by one: "memory" by what the process holds after a collection, as JSON, "compiled" by the milliseconds that
 * the compiler has been at work. Ends with its input.
 *
 * <p>usage: Proxy TRANSPORT PORT TLS_PORT CERTIFICATES ACCESS_LOG BACKEND_PORT WEBSOCKET_PORT ROUTES
 */
public final class Proxy {
  /** Hosts that wrk.lua asks for, spread over all; they are one app's, so that no proxy has more to dial than another. */
  private static final int CALLED = 5000;

  private static final int AT_ONCE = 10_000;

  /** Nobody registers a second time here, so nothing may be pruned: the table would be empty after two minutes, and every answer a 404. */
  private static final RouteRules ROUTES = new RouteRules(Duration.ofDays(1), Duration.ofDays(1), Duration.ZERO, Set.of(), Isolation.NONE);

  public static void main(String[] args) throws Exception {
    int routes = Integer.parseInt(args[7]);
    SystemScheduler clock = new SystemScheduler();
    InProcessBus bus = new InProcessBus(clock);
    bus.start();
    Router router =
        new Router(
            RouterConfig.defaults()
                .listen("127.0.0.1", Integer.parseInt(args[1]))
                .tls(new RouterConfig.Tls("127.0.0.1", Integer.parseInt(args[2]), Path.of(args[3])))
                .loops(1, Transport.valueOf(args[0]))
                .routes(ROUTES)
                .accessLog(Path.of(args[4]))
                .status(0)
                .fill(Duration.ZERO, Duration.ofSeconds(1)),
            bus,
            clock);
    router.start();
    int backend = Integer.parseInt(args[5]);
    register(bus, "127.0.0.1", Integer.parseInt(args[6]), "echo", "websocket.bench.test");
    register(bus, "127.0.0.1", backend, "app", "localhost");
    int step = Math.max(1, routes / CALLED);
    for (int i = 0; i < routes; i++) {
      if (i % step == 0) {
        register(bus, "127.0.0.1", backend, "app", host(i));
      } else {
        register(bus, "10." + (i >> 18) + "." + (i >> 12 & 63) + ".7", 40_000 + (i & 4095), "app-" + i, host(i));
      }
      if (i % AT_ONCE == 0) {
        await(router, host(i)); // so that the bus does not hold them all at once
      }
    }
    await(router, host(routes - 1));
    await(router, "websocket.bench.test");
    System.out.println("serves");
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String asked = in.readLine(); asked != null; asked = in.readLine()) {
      System.out.println(asked.equals("memory") ? memory() : ManagementFactory.getCompilationMXBean().getTotalCompilationTime());
    }
    router.close();
    bus.close();
    clock.close();
  }

  private static String host(int i) {
    return "app-%07d.bench.test".formatted(i);
  }

  private static void register(InProcessBus bus, String ip, int port, String app, String host) {
    bus.publish(
        Subjects.ROUTER_REGISTER,
        RouterRegister.instance(ip, port, List.of(host), app, "dea", "i-" + app, 0, Map.of("component", "dea", "process_id", app, "state", "awake")));
  }

  private static void await(Router router, String host) throws InterruptedException {
    while (!router.knows(host)) {
      Thread.sleep(1);
    }
  }

  /** Bytes of the heap in use, and of what Netty has from outside of it. */
  private static String memory() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    long direct = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
    return "{\"heap\":%d,\"direct\":%d}".formatted(heap, direct);
  }
}
