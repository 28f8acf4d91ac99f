package bellows.launcher;

import bellows.base.time.SystemScheduler;
import bellows.bus.InProcessBus;
import bellows.contracts.Subjects;
import bellows.contracts.routing.RouterRegister;
import bellows.router.Router;
import bellows.router.RouterConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Has a router of its own follow what a crowded platform tells one that has just started: so many
 * registrations that the JVM records which methods they make hot, and how.
 */
final class TrainingRoutes {
  private static final int ROUTES = 50_000;

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private TrainingRoutes() {}

  /** Returns when the router knows them all. */
  static void register() throws InterruptedException {
    try (SystemScheduler clock = new SystemScheduler();
        InProcessBus bus = new InProcessBus(clock)) {
      bus.start();
      RouterConfig config =
          RouterConfig.defaults()
              .listen("127.0.0.1", 0)
              .loops(1, null)
              .fill(Duration.ZERO, Duration.ofSeconds(1));
      try (Router router = new Router(config, bus, clock)) {
        router.start();
        for (int i = 0; i < ROUTES; i++) {
          bus.publish(Subjects.ROUTER_REGISTER, registration(i));
        }
        await(router, host(ROUTES - 1));
      }
    }
  }

  /** As a DEA sends it. */
  private static RouterRegister registration(int i) {
    String app = new UUID(i, 1).toString();
    String instance = new UUID(i, 2).toString();
    return RouterRegister.instance(
        "10.0." + (i >> 8) + "." + (i & 255),
        40_000 + (i & 4095),
        List.of(host(i)),
        app,
        "dea",
        instance,
        0,
        Map.of(
            "component", "dea",
            "state", "awake",
            "instance_id", "0",
            "process_id", app,
            "process_instance_id", instance,
            "process_type", "web"));
  }

  private static String host(int i) {
    return "app-" + i + ".train.test";
  }

  private static void await(Router router, String host) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!router.knows(host)) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("the router does not know " + host);
      }
      Thread.sleep(1);
    }
  }
}
