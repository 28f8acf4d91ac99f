package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.time.testing.Eventually;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import bellows.router.testing.TlsFiles;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JDK's client speaks HTTP/2 to apps that speak HTTP/1.1. */
class Http2Test {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir Path certificates;
  private RouterFixture router;
  private HttpClient client;

  @BeforeEach
  void start() {
    TlsFiles files = new TlsFiles(certificates).certificate("one", "localhost");
    router =
        new RouterFixture(config -> config.tls(new RouterConfig.Tls("127.0.0.1", 0, certificates)));
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_2)
            .sslContext(files.context())
            .build();
  }

  @AfterEach
  void stop() {
    client.close();
    router.close();
  }

  private HttpRequest.Builder request(String path) {
    InetSocketAddress address = router.router().tlsAddress();
    int port = address == null ? -1 : address.getPort();
    return HttpRequest.newBuilder(URI.create("https://localhost:" + port + path)).timeout(TIMEOUT);
  }

  private <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler)
      throws IOException {
    try {
      return client.send(request.build(), handler);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private HttpResponse<String> get(String path) throws IOException {
    return send(request(path), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void answersManyRequestsOnOneConnection() throws IOException {
    ScriptedBackend app = router.serve("localhost", ScriptedBackend.saying("hello"));
    for (int i = 0; i < 20; i++) {
      HttpResponse<String> response = get("/a?b=" + i);
      assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).isEqualTo("hello");
      assertThat(response.headers().firstValue("x-vcap-request-id")).isPresent();
      assertThat(response.headers().firstValue("content-length")).contains("5");
    }
    assertThat(app.last().line()).isEqualTo("GET /a?b=19 HTTP/1.1");
    assertThat(app.last().header("Host")).startsWith("localhost:");
    assertThat(app.last().header("X-Forwarded-Proto")).isEqualTo("https");
    assertThat(app.last().header("X-Forwarded-For")).isEqualTo("127.0.0.1");
    assertThat(app.connections()).isEqualTo(1);
  }

  @Test
  void answersStreamsSideBySide() throws ExecutionException, InterruptedException {
    CountDownLatch all = new CountDownLatch(50);
    router.serve(
        "localhost",
        new ScriptedBackend(conversation -> {
          String line = conversation.read().line();
          all.countDown();
          try {
            all.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          conversation.ok(line);
        }));
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      answers.add(client.sendAsync(request("/" + i).build(), HttpResponse.BodyHandlers.ofString()));
    }
    for (int i = 0; i < 50; i++) {
      assertThat(answers.get(i).get().body()).isEqualTo("GET /" + i + " HTTP/1.1");
    }
  }

  @Test
  void sendsABodyOfUnknownLengthInChunks() throws IOException {
    ScriptedBackend app = router.serve("localhost", ScriptedBackend.echo());
    String text = "x".repeat(300_000);
    HttpResponse<String> response =
        send(
            request("/")
                .POST(
                    HttpRequest.BodyPublishers.fromPublisher(
                        HttpRequest.BodyPublishers.ofString(text))),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.body()).isEqualTo(text);
    assertThat(app.last().header("Transfer-Encoding")).isEqualTo("chunked");
  }

  @Test
  void sendsABodyOfKnownLengthAsSuch() throws IOException {
    ScriptedBackend app = router.serve("localhost", ScriptedBackend.echo());
    HttpResponse<String> response =
        send(
            request("/").POST(HttpRequest.BodyPublishers.ofString("body")),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.body()).isEqualTo("body");
    assertThat(app.last().header("Content-Length")).isEqualTo("4");
    assertThat(app.last().count("Transfer-Encoding")).isZero();
  }

  @Test
  void passesALargeAnswerAtTheClientsPace() throws IOException {
    long size = 64L << 20;
    byte[] piece = new byte[1 << 20];
    router.serve(
        "localhost",
        new ScriptedBackend(conversation -> {
          conversation.read();
          conversation.send("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
          for (long left = size; left > 0; left -= piece.length) {
            conversation.out().write(piece);
          }
        }));
    HttpResponse<InputStream> response =
        send(request("/"), HttpResponse.BodyHandlers.ofInputStream());
    long read = 0;
    byte[] buffer = new byte[64 * 1024];
    try (InputStream in = response.body()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        read += n;
      }
    }
    assertThat(read).isEqualTo(size);
  }

  @Test
  void answersItselfInHttp2() throws IOException {
    HttpResponse<String> response = get("/");
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.headers().firstValue("x-cf-routererror")).contains("unknown_route");
    assertThat(response.body()).startsWith("404 Not Found:");
  }

  @Test
  void hasNoBodyWhereThereIsNone() throws IOException {
    router.serve(
        "localhost",
        new ScriptedBackend(conversation -> {
          while (conversation.next() != null) {
            conversation.send("HTTP/1.1 204 No Content\r\nX-Own: yes\r\n\r\n");
          }
        }));
    HttpResponse<String> response = get("/");
    assertThat(response.statusCode()).isEqualTo(204);
    assertThat(response.headers().firstValue("x-own")).contains("yes");
  }

  @Test
  void passesNothingThatSpeaksOfAConnection() throws IOException {
    router.serve(
        "localhost",
        new ScriptedBackend(conversation -> {
          while (conversation.next() != null) {
            conversation.send("HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n");
            conversation.send("Keep-Alive: timeout=5\r\nTransfer-Encoding: chunked\r\n\r\n");
            conversation.send("2\r\nok\r\n0\r\n\r\n");
          }
        }));
    HttpResponse<String> response = get("/");
    assertThat(response.body()).isEqualTo("ok");
    assertThat(response.headers().map().keySet())
        .doesNotContain("connection", "x-hop", "keep-alive", "transfer-encoding");
  }

  @Test
  void doesNotLetHalfAnAnswerLookComplete() {
    router.serve(
        "localhost",
        new ScriptedBackend(conversation -> {
          conversation.read();
          conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello");
        }));
    assertThatThrownBy(() -> get("/")).isInstanceOf(IOException.class);
  }

  @Test
  void leavesTheAppWhenTheClientDoes() {
    ScriptedBackend app =
        router.serve(
            "localhost",
            new ScriptedBackend(conversation -> {
              conversation.read();
              conversation.in().read();
            }));
    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(request("/").build(), HttpResponse.BodyHandlers.ofString());
    Eventually.until("the app has the request", () -> app.requests().size() == 1);
    answer.cancel(true);
    Eventually.until("the exchange is over", () -> router.router().counters().responses(4) == 1);
  }
}
