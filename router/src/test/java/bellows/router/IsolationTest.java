package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.contracts.Subjects;
import bellows.contracts.routing.RouterRegister;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever one client or app does, another one gets its own answer and no other. */
class IsolationTest {
  private final RouterFixture router = new RouterFixture();

  @AfterEach
  void close() {
    router.close();
  }

  private static String answer(String body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  /** An app that answers its path, and now and then does something else instead. */
  private static ScriptedBackend moody(long seed) {
    Random random = new Random(seed);
    return new ScriptedBackend(conversation -> {
      for (var request = conversation.next(); request != null; request = conversation.next()) {
        String id = request.line().split(" ", -1)[1];
        switch (random.nextInt(8)) {
          case 0 -> {
            return;
          }
          case 1 -> conversation.reset();
          case 2 -> conversation.send(answer(id) + answer("bad"));
          case 3 -> {
            conversation.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" + id);
            return;
          }
          case 4 -> conversation.send("HTTP/1.1 200 OK\nContent-Length: 0\n\n");
          default -> conversation.ok(id);
        }
        if (random.nextInt(4) == 0) {
          return;
        }
      }
    });
  }

  @Test
  void aRandomMixOfGoodAndBadExchangesNeverMixesAnswers() throws Exception {
    for (int i = 0; i < 4; i++) {
      router.serve("app.test", moody(i));
    }
    List<Future<Integer>> rights = new ArrayList<>();
    try (ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int worker = 0; worker < 16; worker++) {
        int number = worker;
        rights.add(tasks.submit(() -> ask(number)));
      }
    }
    int right = 0;
    for (Future<Integer> future : rights) {
      right += future.get();
    }
    assertThat(right).isGreaterThan(500);
  }

  /** How many answers were complete; each of those must be the asker's own. */
  private int ask(int worker) {
    int right = 0;
    RawClient client = router.client();
    for (int i = 0; i < 100; i++) {
      String path = "/%02d-%04d".formatted(worker, i);
      try {
        RawClient.Response response = client.get("app.test", path).read();
        if (response.status() == 200) {
          assertThat(response.body()).isEqualTo(path);
          right++;
        } else {
          assertThat(response.status()).isEqualTo(502);
        }
        if (response.header("Connection").equals("close")) {
          throw new IOException("to be opened anew");
        }
      } catch (IOException | UncheckedIOException e) {
        client.close(); // an incomplete answer, seen as such
        client = router.client();
      }
    }
    client.close();
    return right;
  }

  @Test
  void aPortThatChangesItsOwnerNeverAnswersForTheOldOne() {
    String[] owner = {"one", "two"};
    ScriptedBackend[] port = new ScriptedBackend[4];
    int[] owned = new int[port.length];
    for (int i = 0; i < port.length; i++) {
      int index = i;
      port[i] =
          router.serve(
              "idle" + i + ".test",
              new ScriptedBackend(conversation -> {
                while (conversation.next() != null) {
                  conversation.ok(owner[owned[index]]);
                }
              }));
    }
    Random random = new Random(7);
    int answered = 0;
    for (int round = 0; round < 300; round++) {
      int moved = random.nextInt(port.length);
      owned[moved] = 1 - owned[moved];
      String app = owner[owned[moved]];
      // Half of the old owner's unregister messages are lost.
      if (random.nextBoolean()) {
        router
            .bus()
            .publish(Subjects.ROUTER_UNREGISTER, instance(port[moved], owner[1 - owned[moved]]));
      }
      router.register(instance(port[moved], app));
      for (String host : owner) {
        try (RawClient client = router.client()) {
          RawClient.Response response = client.get(host + ".test", "/").read();
          if (response.status() == 200) {
            assertThat(response.body()).isEqualTo(host);
            answered++;
          } else {
            assertThat(response.status()).isEqualTo(404);
          }
        }
      }
    }
    assertThat(answered).isGreaterThan(300);
  }

  private static RouterRegister instance(ScriptedBackend backend, String app) {
    return RouterRegister.instance(
        "127.0.0.1", backend.port(), List.of(app + ".test"), app, "dea", "i-" + app, 0, Map.of());
  }

  @Test
  void hundredsOfSlowClientsHarmNobody() throws Exception {
    router.serve("app.test", ScriptedBackend.echo());
    List<RawClient> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 600; i++) {
        RawClient client = router.client();
        slow.add(client);
        switch (i % 3) {
          case 0 -> client.send("GET / HTTP/1.1\r\nHost: app");
          case 1 ->
              client.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 100\r\n\r\nx");
          default -> client.get("app.test", "/" + "x".repeat(8000));
        }
      }
      long slowest = 0;
      try (RawClient good = router.client()) {
        for (int i = 0; i < 200; i++) {
          long before = System.nanoTime();
          assertThat(good.get("app.test", "/").read().status()).isEqualTo(200);
          slowest = Math.max(slowest, System.nanoTime() - before);
        }
      }
      assertThat(TimeUnit.NANOSECONDS.toMillis(slowest)).isLessThan(2_000);
    } finally {
      slow.forEach(RawClient::close);
    }
  }
}
