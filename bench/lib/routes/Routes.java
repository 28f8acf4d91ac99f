import bellows.base.json.Json;
import bellows.base.time.SystemScheduler;
import bellows.bus.InProcessBus;
import bellows.bus.Subject;
import bellows.contracts.routing.RouterRegister;
import bellows.router.Router;
import bellows.router.RouterConfig;
import bellows.router.routes.HostName;
import bellows.router.routes.RouteRegistry;
import bellows.router.routes.RouteRegistry.Update;
import bellows.router.routes.RouteRules;
import bellows.router.routes.RouteTable.PathSource;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.ToLongFunction;

/**
 * What a route costs: the figures of bench/routes as one JSON object, or progress on the error stream. Started with the platform's jars
 * and flags, so that what is measured is what runs.
 */
public final class Routes {
  private static final Subject<byte[]> REGISTER = new Subject<>("router.register", byte[].class);
  private static final int FLOOD = 100_000;
  private static final int CHUNK = 4096;
  private static final int LOOKUPS = 2_000_000;

  /** No host here has paths. */
  private static final PathSource PATH = new PathSource() {
    @Override
    public byte[] pathBytes() {
      return new byte[0];
    }

    @Override
    public int pathFrom() {
      return 0;
    }

    @Override
    public int pathTo() {
      return 0;
    }
  };

  /** CPU time, where only one thread is at work: others on the machine do not count then. */
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Random random = new Random(1);
  private final StringBuilder json = new StringBuilder("{");

  public static void main(String[] args) throws Exception {
    new Routes().run(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
  }

  private void run(int routes, int rounds) throws Exception {
    // First, while nothing is compiled: as a router that has just been started again.
    Flood cold = flood();
    print("flood_cold_ms", cold.millis);
    print("flood_cold_cpu_ms", cold.cpuMillis);
    Flood[] warm = new Flood[5];
    Arrays.setAll(warm, i -> flood());
    print("flood_ms", median(warm, Flood::millis));
    print("flood_cpu_ms", median(warm, Flood::cpuMillis));

    RouteRegistry million = new RouteRegistry(RouteRules.DEFAULT);
    long before = heap();
    long began = System.nanoTime();
    fill(million, 0, routes);
    print("fill_per_second", routes / ((System.nanoTime() - began) / 1e9));
    print("bytes_per_route", (heap() - before) / (double) routes);

    RouteRegistry single = new RouteRegistry(RouteRules.DEFAULT);
    fill(single, 0, 1);
    lookups(single, million, routes, rounds);
    changes(million, routes, rounds);
    System.out.println(json.append('}'));
    System.exit(million.routes() > 0 ? 0 : 1);
  }

  private void print(String name, double value) {
    System.err.printf("%s %.3f%n", name, value);
    json.append(json.length() > 1 ? "," : "").append('"').append(name).append("\":").append(value);
  }

  private static String host(int i) {
    return "app-%07d.apps.example.com".formatted(i);
  }

  /** A registration as a DEA of ours sends it. */
  private byte[] message(int i) {
    String app = uuid();
    String instance = uuid();
    return Json.bytes(
        RouterRegister.instance(
            "10." + (i >> 18) + "." + (i >> 12 & 63) + ".7",
            40_000 + (i & 4095),
            List.of(host(i)),
            app,
            "dea-" + (i >> 12),
            instance,
            0,
            Map.of(
                "component", "dea",
                "state", "awake",
                "instance_id", "0",
                "process_id", app,
                "process_instance_id", instance,
                "process_type", "web")));
  }

  private String uuid() {
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }

  private void fill(RouteRegistry registry, int from, int to) {
    List<Update> chunk = new ArrayList<>();
    for (int i = from; i < to; i++) {
      chunk.add(new Update(Update.Kind.REGISTER, Json.read(message(i), RouterRegister.class)));
      if (chunk.size() == CHUNK || i == to - 1) {
        registry.apply(chunk, System.nanoTime(), refused -> {
          throw refused;
        });
        chunk.clear();
      }
    }
  }

  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static double median(Flood[] floods, ToLongFunction<Flood> figure) {
    return Arrays.stream(floods).mapToLong(figure).sorted().toArray()[floods.length / 2];
  }

  /**
   * Many registrations at once.
   *
   * @param millis from the first message to the moment in which a request for the last one would find its app
   * @param cpuMillis of the whole process meanwhile
   */
  private record Flood(long millis, long cpuMillis) {}

  private Flood flood() {
    byte[][] messages = new byte[FLOOD][];
    for (int i = 0; i < FLOOD; i++) {
      messages[i] = message(i);
    }
    try (SystemScheduler clock = new SystemScheduler(); InProcessBus bus = new InProcessBus(clock)) {
      bus.start();
      Router router =
          new Router(RouterConfig.defaults().listen("127.0.0.1", 0).fill(Duration.ZERO, Duration.ofSeconds(1)).loops(1, null), bus, clock);
      router.start();
      System.gc(); // else our own messages are what is collected meanwhile
      long cpu = cpuMillis();
      long began = System.nanoTime();
      for (byte[] message : messages) {
        bus.publish(REGISTER, message);
      }
      while (!router.knows(host(FLOOD - 1))) {
        pause();
      }
      Flood flood = new Flood((System.nanoTime() - began) / 1_000_000, cpuMillis() - cpu);
      for (int i = 0; i < FLOOD; i++) {
        if (!router.knows(host(i))) {
          throw new IllegalStateException("lost: " + host(i));
        }
      }
      router.close();
      return flood;
    }
  }

  private static long cpuMillis() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis();
  }

  private static void pause() {
    try {
      Thread.sleep(1);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Nanoseconds of a lookup, in tables of one and of all routes in turn within each round, so that what else the machine does meets both alike. */
  private void lookups(RouteRegistry single, RouteRegistry million, int routes, int rounds) {
    HostName[] one = {HostName.of(host(0))};
    HostName[] busy = hosts(100, routes);
    HostName[] any = hosts(500_000, routes);
    HostName[] unknown = new HostName[100];
    Arrays.setAll(unknown, i -> HostName.of("nobody-" + i + ".apps.example.com"));
    double[][] cost = new double[5][rounds];
    for (int i = -3; i < rounds; i++) { // some rounds to let the compiler come to its end
      // Another host each round: where it stands in its array is chance.
      double[] of = {time(single, one), time(million, hosts(1, routes)), time(million, busy), time(million, any), time(million, unknown)};
      for (int j = 0; i >= 0 && j < of.length; j++) {
        cost[j][i] = of[j];
      }
    }
    double[] ratio = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      ratio[i] = cost[1][i] / cost[0][i];
    }
    Arrays.sort(ratio);
    print("lookup_ratio", ratio[rounds / 2]);
    String[] names = {"lookup_single_ns", "lookup_same_ns", "lookup_hundred_ns", "lookup_any_ns", "lookup_unknown_ns"};
    for (int j = 0; j < names.length; j++) {
      Arrays.sort(cost[j]);
      print(names[j], cost[j][rounds / 2]);
    }
  }

  private HostName[] hosts(int count, int routes) {
    HostName[] hosts = new HostName[count];
    Arrays.setAll(hosts, i -> HostName.of(host(random.nextInt(routes))));
    return hosts;
  }

  private static double time(RouteRegistry registry, HostName[] hosts) {
    int found = 0;
    int next = 0;
    long began = THREADS.getCurrentThreadCpuTime();
    for (int i = 0; i < LOOKUPS; i++) {
      if (registry.table().find(hosts[next], PATH) != null) {
        found++;
      }
      if (++next == hosts.length) {
        next = 0;
      }
    }
    long nanos = THREADS.getCurrentThreadCpuTime() - began;
    if (found != 0 && found != LOOKUPS) {
      throw new IllegalStateException("found " + found);
    }
    return (double) nanos / LOOKUPS;
  }

  /** One route comes or goes in the full table, as the feed would do it: how long until a lookup sees it. */
  private void changes(RouteRegistry million, int routes, int rounds) {
    int count = 20 * rounds;
    double[] millis = new double[count];
    for (int i = 0; i < count; i++) {
      long began = System.nanoTime();
      fill(million, routes + i, routes + i + 1);
      if (million.table().find(host(routes + i), "") == null) {
        throw new IllegalStateException("not seen");
      }
      millis[i] = (System.nanoTime() - began) / 1e6;
    }
    Arrays.sort(millis);
    print("change_median_ms", millis[count / 2]);
    print("change_most_ms", millis[count - 1]);
  }
}
