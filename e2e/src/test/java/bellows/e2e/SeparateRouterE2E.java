package bellows.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import bellows.bus.MessageBus;
import bellows.bus.NatsBus;
import bellows.contracts.Subjects;
import bellows.contracts.routing.RouteGrants;
import bellows.contracts.routing.RouterRegister;
import bellows.testkit.Bus;
import bellows.testkit.HttpAnswer;
import bellows.testkit.Platform;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A platform that leaves its port to a strict router in a process of its own, on a NATS server with
 * a user for each part (docs/router.md, docs/hosts.md).
 */
class SeparateRouterE2E {
  private static final int CALLERS = 10;
  private static final Duration BETWEEN_CALLS = Duration.ofMillis(50);

  private static final List<AutoCloseable> OPEN = new ArrayList<>();
  private static Bus bus;
  private static Platform platform;
  private static SeparateRouter router;
  @TempDir static Path directory;

  @BeforeAll
  static void start() {
    try {
      bus = open(Bus.at("127.0.0.1"));
      platform =
          open(
              Platform.start(
                  "bstrict", 253, "router.embedded=off", "nats.url=" + bus.url(Bus.User.PLATFORM)));
      router = open(SeparateRouter.start(platform, bus, "router.strict=on"));
      Path app = Apps.directory(directory, "shop", Map.of("index.html", "shop is open\n"));
      platform.cli(app, List.of("push", "shop", "-m", "32M")).ok();
    } catch (RuntimeException | Error e) {
      stop();
      throw e;
    }
  }

  private static <T extends AutoCloseable> T open(T resource) {
    OPEN.add(resource);
    return resource;
  }

  @AfterAll
  static void stop() {
    AssertionError failed = null;
    for (AutoCloseable resource : OPEN.reversed()) {
      try {
        resource.close();
      } catch (Exception | AssertionError e) {
        failed = failed == null ? new AssertionError("not all is cleaned up") : failed;
        failed.addSuppressed(e);
      }
    }
    OPEN.clear();
    if (failed != null) {
      throw failed;
    }
  }

  @AfterEach
  void onlyALieIsRefusedByTheBus() {
    assertThat(bus.violations()).allMatch(line -> line.contains("bellows.route.grants"));
  }

  private static boolean isOpen(String host) {
    HttpAnswer answer = platform.get(host, "/");
    return answer.status() == 200 && answer.body().contains("shop is open");
  }

  @Test
  void whatIsPushedAnswersAndWhatIsMappedLaterToo() {
    assertThat(isOpen("shop")).isTrue();
    assertThat(platform.get("api", "/v3/info").status()).isEqualTo(200);
    assertThat(platform.get("second", "/").status()).isEqualTo(404);

    platform.cli("map-route", "shop", "bellows.localhost", "--hostname", "second").ok();
    Eventually.until("it answers there", Duration.ofSeconds(1), () -> isOpen("second"));
    platform.cli("unmap-route", "shop", "bellows.localhost", "--hostname", "second").ok();
    Eventually.until("no more", () -> platform.get("second", "/").status() == 404);
    assertThat(isOpen("shop")).isTrue();
    assertThat(platform.cli("logs", "shop", "--recent").ok().out()).contains("RTR");
  }

  @Test
  void aHostThatLiesGetsNoRequestAndMayNotGrantItselfOne() throws IOException {
    String app;
    try (Api api = Api.of(platform)) {
      app = api.first("/v3/apps?names=shop");
    }
    AtomicInteger stolen = new AtomicInteger();
    HttpServer thief = thief(stolen);
    int port = thief.getAddress().getPort();
    List<String> hosts = List.of("shop.bellows.localhost", "free.bellows.localhost");
    int refused = router.refusedRegistrations();
    RouteGrants.Grant wish = new RouteGrants.Grant(app, hosts, List.of("127.0.0.1:" + port));
    try (SystemScheduler clock = new SystemScheduler();
        MessageBus host = asHost(clock)) {
      host.start();
      host.publish(Subjects.ROUTE_GRANTS, RouteGrants.news(List.of(wish)).getFirst());
      host.publish(
          Subjects.ROUTER_REGISTER,
          RouterRegister.instance("127.0.0.1", port, hosts, app, "liar", "lie", 0, Map.of()));
      Eventually.until(
          "the router has refused the one, and the bus the other",
          () -> router.refusedRegistrations() > refused && !bus.violations().isEmpty());
      for (int i = 0; i < CALLERS; i++) {
        assertThat(isOpen("shop")).isTrue();
        assertThat(platform.get("free", "/").status()).isEqualTo(404);
      }
    } finally {
      thief.stop(0);
    }
    assertThat(stolen).hasValue(0);
    assertThat(router.log()).contains("registration.refused", "NOT_GRANTED");
  }

  private static MessageBus asHost(SystemScheduler clock) {
    URI url = URI.create(bus.url(Bus.User.HOST));
    String[] login = url.getUserInfo().split(":", -1);
    URI server = URI.create("nats://" + url.getHost() + ":" + url.getPort());
    return new NatsBus(new NatsBus.Config(List.of(server), "liar", login[0], login[1]), clock);
  }

  private static HttpServer thief(AtomicInteger stolen) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          stolen.incrementAndGet();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  @Test
  void neitherARestartOfTheRouterNorOfThePlatformCostsARequest() {
    List<Probe> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      callers.add(Probe.start(() -> platform.get("shop", "/"), BETWEEN_CALLS));
    }
    try {
      router.start();
      awaitCalls(callers);
      platform.killHard();
      awaitCalls(callers);
      platform.up();
      awaitCalls(callers);
    } finally {
      callers.forEach(Probe::close);
    }
    assertThat(callers).allSatisfy(each -> assertThat(each.failures()).isEmpty());
    Eventually.until("the router before has ended", Duration.ofSeconds(30), router::othersEnded);
    platform.cli("map-route", "shop", "bellows.localhost", "--hostname", "later").ok();
    Eventually.until("it answers there", Duration.ofSeconds(1), () -> isOpen("later"));
  }

  /** Everyone is answered some more. */
  private static void awaitCalls(List<Probe> callers) {
    List<Integer> before = callers.stream().map(Probe::successes).toList();
    Eventually.until(
        "everyone is answered",
        () -> {
          for (int i = 0; i < CALLERS; i++) {
            if (callers.get(i).successes() < before.get(i) + 20) {
              return false;
            }
          }
          return true;
        });
  }
}
