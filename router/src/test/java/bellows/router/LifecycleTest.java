package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import bellows.bus.InProcessBus;
import bellows.contracts.Subjects;
import bellows.contracts.routing.RouterRegister;
import bellows.router.pipeline.Timeouts;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LifecycleTest {
  @Test
  void startsAndClosesTwiceAndClosesWithoutStart() {
    try (SystemScheduler clock = new SystemScheduler();
        InProcessBus bus = new InProcessBus(clock)) {
      bus.start();
      Router router = new Router(RouterFixture.config(), bus, clock);
      router.close();
      router.start();
      int port = router.address().getPort();
      router.start();
      assertThat(router.address().getPort()).isEqualTo(port);
      router.close();
      router.close();
    }
  }

  @Test
  void listensOnlyOnceItsTableHasFilled() {
    try (SystemScheduler clock = new SystemScheduler();
        InProcessBus bus = new InProcessBus(clock)) {
      bus.start();
      // A publisher as a DEA is: it registers what it has when a router starts, piece by piece.
      bus.subscribe(
          Subjects.ROUTER_START,
          message -> {
            for (int i = 0; i < 500; i++) {
              bus.publish(
                  Subjects.ROUTER_REGISTER,
                  RouterRegister.component("c", "10.0.0.1", 1 + i, List.of("h" + i + ".test")));
            }
          });
      Router router =
          new Router(
              RouterFixture.config().fill(Duration.ofMillis(200), Duration.ofSeconds(5)),
              bus,
              clock);
      router.start();
      for (int i = 0; i < 500; i++) {
        assertThat(router.knows("h" + i + ".test")).isTrue();
      }
      router.close();
    }
  }

  /** Publishers as DEAs are: each registers what it has when a router starts, and all at once. */
  private static void publishersOf(int routes, InProcessBus bus) {
    int publishers = 20;
    for (int i = 0; i < publishers; i++) {
      int first = i * routes / publishers;
      int end = (i + 1) * routes / publishers;
      bus.subscribe(
          Subjects.ROUTER_START,
          message -> {
            for (int route = first; route < end; route++) {
              bus.publish(
                  Subjects.ROUTER_REGISTER,
                  RouterRegister.component(
                      "c", "10.0.0.1", 1 + route, List.of("h" + route + ".test")));
            }
          });
    }
  }

  @Test
  void listensWithinTwoSecondsWithAllOfTenThousandRoutes() {
    int routes = 10_000;
    Duration best = Duration.ofDays(1);
    try (SystemScheduler clock = new SystemScheduler();
        InProcessBus bus = new InProcessBus(clock)) {
      bus.start();
      publishersOf(routes, bus);
      for (int start = 0; start < 3; start++) {
        Router router =
            new Router(RouterFixture.config().table(RouterConfig.defaults().table()), bus, clock);
        long began = System.nanoTime();
        router.start();
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        best = took.compareTo(best) < 0 ? took : best;
        for (int i = 0; i < routes; i++) {
          assertThat(router.knows("h" + i + ".test")).isTrue();
        }
        router.close();
      }
    }
    assertThat(best).as("the best of three starts").isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void whileOneOfTwoRoutersComesAndGoesNoRequestMissesItsRoute() throws Exception {
    try (RouterFixture stays = new RouterFixture()) {
      ScriptedBackend app = stays.serve("app.test", ScriptedBackend.saying("ok"));
      publishersOf(2_000, stays.bus());
      stays
          .bus()
          .subscribe(
              Subjects.ROUTER_START,
              message ->
                  stays
                      .bus()
                      .publish(
                          Subjects.ROUTER_REGISTER,
                          RouterRegister.component(
                              "c", "127.0.0.1", app.port(), List.of("app.test"))));
      AtomicReference<@Nullable InetSocketAddress> comes = new AtomicReference<>();
      AtomicInteger served = new AtomicInteger();
      Thread restarts =
          Thread.ofVirtual()
              .start(() -> {
                int port = 0;
                for (int i = 0; i < 3; i++) {
                  Router router =
                      new Router(
                          RouterFixture.config()
                              .listen("127.0.0.1", port)
                              .fill(Duration.ofSeconds(1), Duration.ofSeconds(10)),
                          stays.bus(),
                          stays.clock());
                  router.start();
                  port = router.address().getPort();
                  comes.set(router.address());
                  int before = served.get();
                  Eventually.until("it serves", () -> served.get() > before + 10);
                  router.close();
                }
              });
      while (restarts.isAlive()) {
        InetSocketAddress first = comes.get();
        RawClient.Response response;
        try (RawClient client = new RawClient(first == null ? stays.address() : first)) {
          response = client.get("app.test", "/").read();
          served.incrementAndGet();
        } catch (UncheckedIOException e) {
          // As a load balancer does with a router that does not listen.
          try (RawClient client = stays.client()) {
            response = client.get("app.test", "/").read();
          }
        }
        assertThat(response.status()).isEqualTo(200);
      }
      assertThat(served.get()).isGreaterThan(30);
    }
  }

  @Test
  void letsRequestsEndAtClose() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger seen = new AtomicInteger();
    // One loop, so that the idle connection's end tells that the busy one knows of the close, too.
    try (RouterFixture router = new RouterFixture(config -> config.loops(1, null));
        RawClient busy = router.client();
        RawClient idle = router.client()) {
      router.serve(
          "app.test",
          new ScriptedBackend(conversation -> {
            while (conversation.next() != null) {
              if (seen.incrementAndGet() > 1) {
                await(release);
              }
              conversation.ok("done");
            }
          }));
      idle.get("app.test", "/").read();
      busy.get("app.test", "/");
      Eventually.until("the request is there", () -> seen.get() == 2);
      Thread closing = Thread.ofVirtual().start(router.router()::close);
      assertThat(idle.isEnded()).as("an idle connection is ended at once").isTrue();
      release.countDown();
      RawClient.Response response = busy.read();
      assertThat(response.body()).isEqualTo("done");
      assertThat(response.header("Connection")).isEqualTo("close");
      assertThat(closing.join(Duration.ofSeconds(10))).isTrue();
    }
  }

  @Test
  void doesNotWaitForEverAtClose() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (RouterFixture router =
            new RouterFixture(config ->
                config.timeouts(
                    new Timeouts(
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60),
                        Duration.ofMillis(200))));
        RawClient client = router.client()) {
      ScriptedBackend app =
          router.serve(
              "app.test",
              new ScriptedBackend(conversation -> {
                conversation.read();
                await(never);
              }));
      client.get("app.test", "/");
      Eventually.until("the request is there", () -> app.requests().size() == 1);
      router.router().close();
      assertThat(client.isEnded()).isTrue();
      never.countDown();
    }
  }

  @Test
  void showsItsStateToThoseWhoMaySeeIt() throws Exception {
    try (RouterFixture router = new RouterFixture(config -> config.status(0))) {
      router.serveApp("app.test/path", "guid", 0, ScriptedBackend.saying("ok"));
      try (RawClient client = router.client()) {
        client.get("app.test", "/path").read();
        client.get("app.test", "/").read();
      }
      HttpClient http = HttpClient.newHttpClient();
      assertThat(get(http, router, "/health", "").body()).isEqualTo("ok\n");
      assertThat(get(http, router, "/healthz", "").body()).isEqualTo("ok");
      assertThat(get(http, router, "/varz", "").statusCode()).isEqualTo(401);
      assertThat(get(http, router, "/routes", "admin:wrong").statusCode()).isEqualTo(401);
      String right =
          router.router().statusCredentials().user()
              + ":"
              + router.router().statusCredentials().password();
      String varz = get(http, router, "/varz", right).body();
      assertThat(varz).contains("\"type\":\"Router\"", "\"requests\":2", "\"responses_2xx\":1");
      assertThat(varz).contains("\"retries_over_budget\":0", "\"retries_too_late\":0");
      String routes = get(http, router, "/routes", right).body();
      assertThat(routes)
          .contains("\"app.test/path\":[{\"address\":\"127.0.0.1:", "\"ttl\":120", "\"tls\":false");
    }
  }

  private static HttpResponse<String> get(
      HttpClient http, RouterFixture router, String path, String credentials) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + router.router().statusPort() + path));
    if (!credentials.isEmpty()) {
      request.header(
          "Authorization",
          "Basic "
              + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
