package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.contracts.Subjects;
import bellows.contracts.logs.LogBatch;
import bellows.contracts.routing.RouterRegister;
import bellows.router.pipeline.Timeouts;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Instances that sleep: who is woken, who waits, who sees a page meanwhile. */
class SleepTest {
  private static final String BROWSER =
      "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n";

  private final RouterFixture router = new RouterFixture();
  private final List<AutoCloseable> owned = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    router.close();
    for (AutoCloseable resource : owned) {
      resource.close();
    }
  }

  private ScriptedBackend instance(int index, Map<String, String> tags, ScriptedBackend backend) {
    owned.add(backend);
    describe(index, tags, backend);
    return backend;
  }

  private void describe(int index, Map<String, String> tags, ScriptedBackend backend) {
    router.register(
        RouterRegister.instance(
            "127.0.0.1",
            backend.port(),
            List.of("app.test"),
            "app",
            "dea",
            "i" + index,
            index,
            tags));
  }

  private static Map<String, String> state(String state, String... more) {
    Map<String, String> tags = new HashMap<>(Map.of("state", state, "concurrency", "2"));
    for (int i = 0; i < more.length; i += 2) {
      tags.put(more[i], more[i + 1]);
    }
    return tags;
  }

  private RawClient.Response get(String headers) {
    try (RawClient client = router.client()) {
      return client.send("GET / HTTP/1.1\r\nHost: app.test\r\n" + headers + "\r\n").read();
    }
  }

  @Test
  void wakesOneForAHerdAndASecondOnlyAboveTheTarget() throws Exception {
    CountDownLatch woken = new CountDownLatch(1);
    List<ScriptedBackend> instances = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      instances.add(instance(i, state("asleep"), waitingFor(woken)));
    }
    List<RawClient> herd = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      herd.add(router.client().get("app.test", "/"));
    }
    Eventually.until(
        "all have arrived",
        () -> instances.stream().mapToInt(instance -> instance.requests().size()).sum() == 3);
    assertThat(instances.stream().map(instance -> instance.requests().size()))
        .containsExactly(2, 1, 0, 0);
    assertThat(router.router().counters().wakes()).isEqualTo(2);
    woken.countDown();
    for (RawClient client : herd) {
      assertThat(client.read().status()).isEqualTo(200);
      client.close();
    }
    assertThat(router.router().counters().wokenRequests()).isEqualTo(3);
  }

  private static ScriptedBackend waitingFor(CountDownLatch latch) {
    return new ScriptedBackend(conversation -> {
      conversation.read();
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      conversation.ok("woken");
    });
  }

  @Test
  void aSleepingInstanceGetsTimeToWake() {
    try (RouterFixture hasty =
        new RouterFixture(config ->
            config.timeouts(
                new Timeouts(
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(5),
                    Duration.ofMillis(200),
                    Duration.ofSeconds(1))))) {
      ScriptedBackend slow =
          new ScriptedBackend(conversation -> {
            conversation.read();
            hasty
                .clock()
                .after(
                    Duration.ofMillis(600),
                    () -> {
                      try {
                        conversation.ok("woken");
                      } catch (IOException e) {
                        throw new UncheckedIOException(e);
                      }
                    });
            conversation.next();
          });
      owned.add(slow);
      hasty.register(
          RouterRegister.instance(
              "127.0.0.1", slow.port(), List.of("a.test"), "app", "d", "i", 0, state("asleep")));
      try (RawClient client = hasty.client()) {
        assertThat(client.get("a.test", "/").read().body()).isEqualTo("woken");
      }
    }
  }

  @Test
  void leavesTheSessionOfASleeperWhenAnotherIsAwake() {
    instance(0, state("asleep"), ScriptedBackend.saying("sleeper"));
    instance(1, state("awake"), ScriptedBackend.saying("awake"));
    RawClient.Response response = get("Cookie: JSESSIONID=1; __VCAP_ID__=i0\r\n");
    assertThat(response.body()).isEqualTo("awake");
    assertThat(response.header("Set-Cookie")).startsWith("__VCAP_ID__=i1;");
  }

  @Test
  void neverUsesAConnectionFromBeforeTheSleep() {
    ScriptedBackend app = instance(0, state("awake"), ScriptedBackend.saying("x"));
    assertThat(get("").status()).isEqualTo(200);
    describe(0, state("asleep"), app);
    assertThat(get("").status()).isEqualTo(200);
    assertThat(app.connections()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"GET, 200", "POST, 502"})
  void repeatsWhatMayBeRepeatedWhenTheInstanceFallsAsleepUnderIt(String method, int status) {
    AtomicInteger connections = new AtomicInteger();
    instance(
        0,
        state("awake"),
        new ScriptedBackend(conversation -> {
          conversation.read();
          if (connections.incrementAndGet() == 1) {
            conversation.reset();
          } else {
            conversation.ok("woken");
          }
        }));
    try (RawClient client = router.client()) {
      client.send(method + " / HTTP/1.1\r\nHost: app.test\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(status);
    }
  }

  @Test
  void passesOnWhatTheActivatorSaysAndTurnsToAnotherOne() {
    instance(
        0,
        state("asleep"),
        new ScriptedBackend(conversation -> {
          conversation.read();
          conversation.send(refusal(""));
        }));
    instance(1, state("asleep"), ScriptedBackend.saying("second"));
    RawClient.Response refused = get("");
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.header("X-Cf-RouterError")).isEqualTo("wake_start_failed");
    assertThat(refused.header("Retry-After")).isEqualTo("5");
    assertThat(router.router().counters().failedWakes()).isEqualTo(1);
    assertThat(get("").body()).isEqualTo("second");
  }

  private static String refusal(String body) {
    return "HTTP/1.1 503 Service Unavailable\r\nX-Cf-RouterError: wake_start_failed\r\n"
        + ("Retry-After: 5\r\nConnection: close\r\nContent-Length: " + body.length())
        + ("\r\n\r\n" + body);
  }

  @Test
  void tellsWhoAsksHowLongTheWakeTook() {
    ScriptedBackend app = instance(0, state("asleep"), ScriptedBackend.saying("x"));
    assertThat(get("X-Bellows-Timing: 1\r\n").header("Server-Timing"))
        .matches("route;dur=[0-9]+\\.[0-9]{3}, wake;dur=[0-9]+\\.[0-9]{3}");
    assertThat(get("").header("Server-Timing")).isEmpty();
    describe(0, state("awake"), app);
    assertThat(get("X-Bellows-Timing: 1\r\n").header("Server-Timing")).contains(", app;dur=");
  }

  @Test
  void theAccessLogKnowsHowLongTheWakeTook() {
    List<LogBatch.Line> lines = new CopyOnWriteArrayList<>();
    router
        .bus()
        .subscribe(Subjects.LOGS, m -> m.message().ifPresent(batch -> lines.addAll(batch.lines())));
    instance(0, state("asleep"), ScriptedBackend.saying("x"));
    get("");
    Eventually.until("the line is published", () -> lines.size() == 1);
    assertThat(lines.getFirst().text())
        .containsPattern(" wake_time:[0-9]+\\.[0-9]{6} x_cf_routererror:\"-\" x_b3_");
  }

  @Test
  void aBrowserSeesAPageWhileTheAppWakes() {
    ScriptedBackend app =
        instance(
            0,
            state("asleep", "wake_page", "true"),
            new ScriptedBackend(c -> c.in().readAllBytes()));
    RawClient.Response page = get(BROWSER);
    assertThat(page.status()).isEqualTo(503);
    assertThat(page.header("Retry-After")).isEqualTo("1");
    assertThat(page.header("Content-Type")).startsWith("text/html");
    assertThat(page.header("Cache-Control")).isEqualTo("no-store");
    assertThat(page.body()).contains("http-equiv=\"refresh\"").endsWith("</html>\n");
    get(BROWSER);
    Eventually.until("somebody knocks", () -> app.connections() == 1);
    assertThat(router.router().counters().wakes()).isEqualTo(1);
    assertThat(router.router().counters().wakePages()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Accept: */*\r\n",
        "Accept: application/json, text/html;q=0.9\r\n",
        "Accept: text/html;q=0\r\n",
        "Accept: text/html;q=x\r\n"
      })
  void everybodyElseWaits(String headers) {
    instance(0, state("asleep", "wake_page", "true"), ScriptedBackend.saying("app"));
    assertThat(get(headers).body()).isEqualTo("app");
  }

  @Test
  void whoHasNotOptedInSeesNoPage() {
    instance(0, state("asleep"), ScriptedBackend.saying("app"));
    assertThat(get(BROWSER).body()).isEqualTo("app");
  }

  @Test
  void theBrowserOfAnAppThatCannotStartIsToldSo() {
    ScriptedBackend activator =
        new ScriptedBackend(conversation -> {
          conversation.in().read();
          conversation.send(refusal("broken"));
        });
    instance(0, state("asleep", "wake_page", "true"), activator);
    assertThat(get(BROWSER).body()).contains("Waking up");
    Eventually.until("the wake has failed", () -> router.router().counters().failedWakes() == 1);
    assertThat(get(BROWSER).body()).isEqualTo("broken");
  }
}
