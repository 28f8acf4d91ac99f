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

  @Test
  void letsRequestsEndAtClose() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger seen = new AtomicInteger();
    // On one loop: what one connection has seen of the end, the other one's loop knows as well.
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
