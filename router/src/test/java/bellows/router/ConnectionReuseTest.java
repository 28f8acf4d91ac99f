package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.contracts.routing.RouterRegister;
import bellows.router.backend.BackendPool;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionReuseTest {
  private final RouterFixture router = new RouterFixture();

  @AfterEach
  void close() {
    router.close();
  }

  @Test
  void answersPipelinedRequestsInTheirOrder() {
    router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          for (var request = conversation.next(); request != null; request = conversation.next()) {
            conversation.ok(request.line());
          }
        }));
    try (RawClient client = router.client()) {
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < 200; i++) {
        all.append("GET /").append(i).append(" HTTP/1.1\r\nHost: ");
        all.append(i % 3 == 0 ? "unknown.test" : "app.test").append("\r\n\r\n");
      }
      client.send(all.toString());
      for (int i = 0; i < 200; i++) {
        RawClient.Response response = client.read();
        assertThat(response.status()).isEqualTo(i % 3 == 0 ? 404 : 200);
        if (i % 3 != 0) {
          assertThat(response.body()).isEqualTo("GET /" + i + " HTTP/1.1");
        }
      }
    }
  }

  /** Else each request beyond a limit pays for a connection, just when there are many. */
  @Test
  void keepsAsManyConnectionsAsAnEndpointServesAtATime() {
    int atATime = 150;
    CyclicBarrier all = new CyclicBarrier(atATime);
    ScriptedBackend backend =
        new ScriptedBackend(conversation -> {
          for (var request = conversation.next(); request != null; request = conversation.next()) {
            meet(all);
            conversation.ok("ok");
          }
        });
    try (RouterFixture single = new RouterFixture(config -> config.loops(1, null))) {
      single.serve("app.test", backend);
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < atATime; i++) {
        clients.add(single.client());
      }
      for (int round = 0; round < 3; round++) {
        clients.forEach(client -> client.get("app.test", "/"));
        clients.forEach(client -> assertThat(client.read().status()).isEqualTo(200));
      }
      clients.forEach(RawClient::close);
    }
    assertThat(backend.connections()).isEqualTo(atATime);
  }

  private static void meet(CyclicBarrier barrier) throws IOException {
    try {
      barrier.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IOException(e);
    }
  }

  @Test
  void endsAnHttp10ConnectionUnlessItIsToBeKept() {
    router.serve("app.test", ScriptedBackend.saying("ok"));
    try (RawClient client = router.client()) {
      client.send("GET / HTTP/1.0\r\nHost: app.test\r\n\r\n");
      assertThat(client.readToEnd()).contains("Connection: close").endsWith("ok");
    }
    try (RawClient client = router.client()) {
      for (int i = 0; i < 3; i++) {
        client.send("GET / HTTP/1.0\r\nHost: app.test\r\nConnection: Keep-Alive\r\n\r\n");
        assertThat(client.read().header("Connection")).isEqualTo("keep-alive");
      }
    }
  }

  @Test
  void takesTheChunksApartForAnHttp10Client() {
    router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          conversation.read();
          conversation.send(
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        }));
    try (RawClient client = router.client()) {
      client.send("GET / HTTP/1.0\r\nHost: app.test\r\nConnection: keep-alive\r\n\r\n");
      assertThat(client.readToEnd())
          .contains("Connection: close")
          .doesNotContain("chunked")
          .endsWith("\r\n\r\nabcde");
    }
  }

  @Test
  void endsTheConnectionWhenTheClientAsks() {
    router.serve("app.test", ScriptedBackend.saying("ok"));
    try (RawClient client = router.client()) {
      client.send("GET / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n");
      assertThat(client.readToEnd()).contains("Connection: close").endsWith("ok");
    }
  }

  @Test
  void knowsWhichAnswersHaveNoBody() {
    router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          for (var request = conversation.next(); request != null; request = conversation.next()) {
            if (request.line().startsWith("HEAD")) {
              conversation.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            } else if (request.line().contains("204")) {
              conversation.send("HTTP/1.1 204 No Content\r\n\r\n");
            } else {
              conversation.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n");
            }
          }
        }));
    try (RawClient client = router.client()) {
      for (int i = 0; i < 3; i++) {
        client.send("HEAD / HTTP/1.1\r\nHost: app.test\r\n\r\n");
        assertThat(client.read(false).header("Content-Length")).isEqualTo("1000");
        assertThat(client.get("app.test", "/204").read().status()).isEqualTo(204);
        assertThat(client.get("app.test", "/304").read().header("Content-Length")).isEqualTo("7");
      }
    }
  }

  @Test
  void passesOnThatTheClientMayContinue() {
    router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          conversation.readHead();
          conversation.send("HTTP/1.1 100 Continue\r\n\r\n");
          conversation.ok(new String(conversation.in().readNBytes(5), StandardCharsets.US_ASCII));
        }));
    try (RawClient client = router.client()) {
      client.send(
          "POST / HTTP/1.1\r\nHost: app.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(100);
      assertThat(client.send("hello").read().body()).isEqualTo("hello");
    }
  }

  @Test
  void passesEarlyHintsOn() {
    router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          conversation.read();
          conversation.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n").ok("then");
        }));
    try (RawClient client = router.client()) {
      RawClient.Response hints = client.get("app.test", "/").read();
      assertThat(hints.status()).isEqualTo(103);
      assertThat(hints.header("Link")).isEqualTo("</a>");
      assertThat(client.read().body()).isEqualTo("then");
    }
  }

  @Test
  void endsTheConnectionAfterAnAnswerThatCameBeforeTheRequestWasOver() {
    ScriptedBackend app =
        router.serve(
            "app.test",
            new ScriptedBackend(conversation -> {
              conversation.readHead();
              conversation.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
              conversation.in().transferTo(OutputStream.nullOutputStream());
            }));
    try (RawClient client = router.client()) {
      client.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 50\r\n\r\n");
      RawClient.Response response = client.read();
      assertThat(response.status()).isEqualTo(413);
      assertThat(response.header("Connection")).isEqualTo("close");
      // The rest of the body looks like a request; it must not become one.
      client.send("GET /smuggled HTTP/1.1\r\nHost: app.test\r\n\r\n");
      assertThat(client.isEnded()).isTrue();
    }
    Eventually.until("the backend connection is ended", () -> app.openConnections() == 0);
    assertThat(app.requests()).hasSize(1);
  }

  @Test
  void refusesWithoutWaitingForTheBody() {
    try (RawClient client = router.client()) {
      client.send("POST / HTTP/1.1\r\nHost: unknown.test\r\nContent-Length: 1000000000\r\n\r\n");
      RawClient.Response response = client.read();
      assertThat(response.status()).isEqualTo(404);
      assertThat(response.header("Connection")).isEqualTo("close");
    }
    try (RawClient client = router.client()) {
      client.send("POST / HTTP/1.1\r\nHost: unknown.test\r\nContent-Length: 5\r\n\r\nhello");
      assertThat(client.read().status()).isEqualTo(404);
      assertThat(client.get("unknown.test", "/").read().status()).isEqualTo(404);
    }
  }

  @Test
  void servesAThousandConnectionsAtOnceEachWithItsOwnAnswer() throws Exception {
    ScriptedBackend app = router.serve("app.test", ScriptedBackend.echo());
    router.serve("app.test", ScriptedBackend.echo());
    List<RawClient> clients = new ArrayList<>();
    try (ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 1000; i++) {
        clients.add(router.client());
      }
      List<Future<Integer>> results = new ArrayList<>();
      for (int i = 0; i < clients.size(); i++) {
        RawClient client = clients.get(i);
        int number = i;
        results.add(
            tasks.submit(() -> {
              int right = 0;
              for (int j = 0; j < 20; j++) {
                String body = number + "/" + j;
                client.send(
                    "POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body);
                right += client.read().body().equals(body) ? 1 : 0;
              }
              return right;
            }));
      }
      for (Future<Integer> result : results) {
        assertThat(result.get()).isEqualTo(20);
      }
    } finally {
      clients.forEach(RawClient::close);
    }
    assertThat(app.requests().size()).isBetween(9_000, 11_000);
  }

  @Test
  void givesUpWhatItKeepsToAnInstanceThatServesNoMore() {
    ScriptedBackend backend = router.serve("app.test", ScriptedBackend.saying("ok"));
    try (RawClient client = router.client()) {
      assertThat(client.get("app.test", "/").read().status()).isEqualTo(200);
      assertThat(backend.openConnections()).isEqualTo(1);
      router.unregister(
          RouterRegister.component("test", "127.0.0.1", backend.port(), List.of("app.test")));
      Eventually.until(
          "given up, long before it is idle for too long",
          BackendPool.Config.DEFAULT.idleTimeout().dividedBy(2),
          () -> backend.openConnections() == 0);
    }
  }
}
