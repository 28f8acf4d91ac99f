package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.time.testing.Eventually;
import bellows.contracts.routing.RouterRegister;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import bellows.router.testing.TlsFiles;
import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompressionTest {
  private static final String TEXT = "All work and no play makes Jack a dull boy.\n".repeat(100);
  private static final String TYPE = "Content-Type: text/html; charset=utf-8\r\n";

  @TempDir Path certificates;
  private final RouterFixture router = new RouterFixture(config -> config.compression(true));
  private final List<AutoCloseable> owned = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : owned) {
      each.close();
    }
    router.close();
  }

  /** Answers every request with this. */
  private static ScriptedBackend answering(String response) {
    return new ScriptedBackend(conversation -> {
      while (conversation.next() != null) {
        conversation.send(response);
      }
    });
  }

  private static String ok(String headers, String body) {
    return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + body.length() + "\r\n\r\n" + body;
  }

  private RawClient.Response get(String headers) {
    return send("GET / HTTP/1.1", headers);
  }

  private RawClient.Response send(String line, String headers) {
    try (RawClient client = router.client()) {
      return client
          .send(line + "\r\nHost: app.test\r\n" + headers + "\r\n")
          .read(!line.startsWith("HEAD"));
    }
  }

  private static String accept(String codings) {
    return "Accept-Encoding: " + codings + "\r\n";
  }

  private static String decoded(RawClient.Response response) {
    return decoded(
        response.header("Content-Encoding"),
        new ByteArrayInputStream(response.body().getBytes(StandardCharsets.ISO_8859_1)));
  }

  private static String decoded(String coding, InputStream body) {
    try (InputStream in = decoder(coding, body)) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream decoder(String coding, InputStream body) throws IOException {
    return switch (coding) {
      case "gzip" -> new GZIPInputStream(body);
      case "zstd" -> new ZstdInputStream(body);
      default -> body;
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip | gzip",
        "zstd | zstd",
        "GZip, deflate, br, zstd | zstd",
        "gzip;q=1.0, zstd;q=0.5 | gzip",
        "* | zstd",
        "*;q=0.1, zstd;q=0 | gzip",
        "x-gzip | gzip",
        "identity;q=0.5, gzip;q=0.5 | gzip",
        "gzip;q=0 | ''",
        "*;q=0 | ''",
        "br | ''",
        "identity, gzip;q=0.5 | ''",
        "gzip;q=yes | ''"
      })
  void compressesAsTheClientLikesBest(String accepted, String coding) {
    router.serve(
        "app.test",
        answering(ok(TYPE + "ETag: \"one\"\r\nAccept-Ranges: bytes\r\nX-Other: a\r\n", TEXT)));
    RawClient.Response response = get(accept(accepted));
    assertThat(response.header("Content-Encoding")).isEqualTo(coding);
    assertThat(response.header("Vary")).isEqualTo("Accept-Encoding");
    assertThat(response.header("X-Other")).isEqualTo("a");
    assertThat(decoded(response)).isEqualTo(TEXT);
    if (coding.isEmpty()) {
      assertThat(response.header("ETag")).isEqualTo("\"one\"");
      assertThat(response.header("Content-Length")).isEqualTo(Integer.toString(TEXT.length()));
    } else {
      assertThat(response.header("ETag")).isEqualTo("W/\"one\"");
      assertThat(response.header("Content-Length")).isEmpty();
      assertThat(response.header("Accept-Ranges")).isEmpty();
      assertThat(response.body()).hasSizeLessThan(TEXT.length() / 4);
    }
  }

  @Test
  void saysToCachesWhatTheAnswerDependsOn() {
    router.serve("app.test", answering(ok(TYPE + "Vary: Origin\r\n", TEXT)));
    RawClient.Response response = get("");
    assertThat(response.headers()).contains("Vary: Origin", "Vary: Accept-Encoding");
    assertThat(response.body()).isEqualTo(TEXT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Vary: *", "Vary: Origin, accept-encoding"})
  void doesNotSaySoTwice(String vary) {
    router.serve("app.test", answering(ok(TYPE + vary + "\r\n", TEXT)));
    assertThat(get(accept("gzip")).headers())
        .filteredOn(line -> line.startsWith("Vary"))
        .containsExactly(vary);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Type: image/png",
        "Content-Type: text/event-stream",
        "Content-Type: application/grpc",
        "X-Type: none",
        "Content-Type: text/html\r\nContent-Type: text/plain",
        "Content-Type: text/html\r\nContent-Encoding: br",
        "Content-Type: text/html\r\nContent-Encoding: identity",
        "Content-Type: text/html\r\nCache-Control: private, No-Transform",
        "Content-Type: text/html\r\nRepr-Digest: sha-256=:x:",
        "Content-Type: text/html\r\nContent-Range: bytes 0-1/2"
      })
  void leavesAloneWhatItMustOrNeedNotTouch(String headers) {
    router.serve("app.test", answering(ok(headers + "\r\nETag: \"one\"\r\n", TEXT)));
    RawClient.Response response = get(accept("gzip, zstd"));
    assertThat(response.body()).isEqualTo(TEXT);
    assertThat(response.header("ETag")).isEqualTo("\"one\"");
    assertThat(response.header("Vary")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/problem+json",
        "image/svg+xml",
        "text/plain",
        "application/javascript"
      })
  void compressesTextOfEveryKind(String type) {
    router.serve("app.test", answering(ok("Content-Type: " + type + "\r\n", TEXT)));
    assertThat(decoded(get(accept("gzip")))).isEqualTo(TEXT);
    assertThat(get(accept("gzip")).header("Content-Encoding")).isEqualTo("gzip");
  }

  @Test
  void leavesAloneWhatIsSmall() {
    String small = "x".repeat(1023);
    router.serve("app.test", answering(ok(TYPE, small)));
    assertThat(get(accept("gzip")).body()).isEqualTo(small);
  }

  @Test
  void leavesAloneWhoAsksForThat() {
    router.serve("app.test", answering(ok(TYPE, TEXT)));
    assertThat(get(accept("gzip") + "Cache-Control: no-transform\r\n").body()).isEqualTo(TEXT);
    assertThat(send("GET / HTTP/1.0", accept("gzip")).body()).isEqualTo(TEXT);
  }

  @ParameterizedTest
  @CsvSource({"204,''", "206,x", "205,''"})
  void leavesAloneOtherKindsOfAnswers(int status, String filler) {
    String body = filler.repeat(2000);
    String length = status == 204 ? "" : "Content-Length: " + body.length() + "\r\n";
    router.serve(
        "app.test",
        answering("HTTP/1.1 " + status + " Answer\r\n" + TYPE + length + "\r\n" + body));
    RawClient.Response response = get(accept("gzip"));
    assertThat(response.status()).isEqualTo(status);
    assertThat(response.header("Content-Encoding")).isEmpty();
    assertThat(response.body()).isEqualTo(body);
  }

  @Test
  void answersHeadAsItWouldGet() {
    router.serve(
        "app.test",
        answering("HTTP/1.1 200 OK\r\n" + TYPE + "ETag: \"a\"\r\nContent-Length: 5000\r\n\r\n"));
    try (RawClient client = router.client()) {
      for (int i = 0; i < 2; i++) {
        client.send("HEAD / HTTP/1.1\r\nHost: app.test\r\n" + accept("gzip") + "\r\n");
        RawClient.Response response = client.read(false);
        assertThat(response.header("Content-Encoding")).isEqualTo("gzip");
        assertThat(response.header("ETag")).isEqualTo("W/\"a\"");
        assertThat(response.header("Content-Length")).isEmpty();
      }
    }
  }

  @Test
  void weakensTheTagOfWhatHasNotChanged() {
    router.serve("app.test", answering("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n"));
    assertThat(get(accept("gzip")).header("ETag")).isEqualTo("W/\"a\"");
    assertThat(get(accept("gzip")).header("Vary")).isEqualTo("Accept-Encoding");
    assertThat(get("").header("ETag")).isEqualTo("\"a\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void compressesWhatIsLargeWhole(String coding) {
    Random random = new Random(3);
    StringBuilder large = new StringBuilder();
    for (int i = 0; i < 4 << 20; i++) {
      large.append((char) ('a' + random.nextInt(26)));
    }
    String body = large.toString();
    router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          conversation.read();
          conversation.send(ok(TYPE, body));
          conversation.read();
          conversation.send("HTTP/1.1 200 OK\r\n" + TYPE + "Transfer-Encoding: chunked\r\n\r\n");
          for (int at = 0; at < body.length(); at += 1 << 16) {
            conversation.send("10000\r\n" + body.substring(at, at + (1 << 16)) + "\r\n");
          }
          conversation.send("0\r\n\r\n");
          conversation.next();
        }));
    try (RawClient client = router.client()) {
      for (int i = 0; i < 2; i++) {
        client.send("GET / HTTP/1.1\r\nHost: app.test\r\n" + accept(coding) + "\r\n");
        RawClient.Response response = client.read();
        assertThat(response.header("Content-Encoding")).isEqualTo(coding);
        assertThat(decoded(response).equals(body)).isTrue();
        assertThat(response.body().length()).isLessThan(body.length());
      }
    }
    assertThat(router.router().counters().compressions()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  @Timeout(60)
  void passesOnEachPieceOfAStreamAtOnce(String coding) throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    router.serve(
        "localhost",
        new ScriptedBackend(conversation -> {
          conversation.read();
          conversation.send("HTTP/1.1 200 OK\r\n" + TYPE + "Transfer-Encoding: chunked\r\n\r\n");
          conversation.send("5\r\nfirst\r\n");
          try {
            seen.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          conversation.send("4\r\nlast\r\n0\r\n\r\n");
        }));
    HttpRequest request =
        HttpRequest.newBuilder(uri("http", router.address(), ""))
            .header("Accept-Encoding", coding)
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<InputStream> response =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      assertThat(response.headers().firstValue("Content-Encoding")).contains(coding);
      InputStream body = response.body();
      try (InputStream in =
          coding.equals("gzip")
              ? new GZIPInputStream(body, 1)
              : new ZstdInputStream(body).setContinuous(true)) {
        assertThat(new String(in.readNBytes(5), StandardCharsets.US_ASCII)).isEqualTo("first");
        seen.countDown();
        assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII)).isEqualTo("last");
      }
    }
  }

  @Test
  void doesNotMakeHalfAnAnswerLookComplete() {
    router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          conversation.read();
          conversation.send("HTTP/1.1 200 OK\r\n" + TYPE + "Content-Length: 9000\r\n\r\n" + TEXT);
        }));
    assertThatThrownBy(() -> get(accept("gzip"))).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void holdsADownloadBackThatTheClientDoesNotRead() {
    AtomicLong sent = new AtomicLong();
    router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          conversation.read();
          byte[] piece = new byte[1 << 16];
          new Random(5).nextBytes(piece);
          conversation.send(
              "HTTP/1.1 200 OK\r\n" + TYPE + "Content-Length: " + (256L << 20) + "\r\n\r\n");
          for (int i = 0; i < 256 << 4; i++) {
            conversation.out().write(piece);
            sent.addAndGet(piece.length);
          }
        }));
    try (RawClient client = router.client()) {
      client.send("GET / HTTP/1.1\r\nHost: app.test\r\n" + accept("gzip") + "\r\n");
      AtomicLong last = new AtomicLong(-1);
      Eventually.until(
          "the app is held back",
          () -> {
            pause();
            return sent.get() > 0 && last.getAndSet(sent.get()) == sent.get();
          });
      assertThat(sent.get()).isLessThan(64L << 20);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(200);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void asksTheRouteFirst() {
    ScriptedBackend app = answering(ok(TYPE, TEXT));
    owned.add(app);
    RouterRegister route =
        RouterRegister.component("test", "127.0.0.1", app.port(), List.of("app.test"));
    router.register(route.with(new RouterRegister.Options(null, null, "off")));
    assertThat(get(accept("gzip")).body()).isEqualTo(TEXT);
    router.register(route.with(new RouterRegister.Options(null, null, "on")));
    assertThat(get(accept("gzip")).header("Content-Encoding")).isEqualTo("gzip");
  }

  @Test
  void isOffUnlessSomebodyWantsIt() {
    try (RouterFixture plain = new RouterFixture();
        RawClient client = plain.client()) {
      plain.serve("app.test", answering(ok(TYPE + "ETag: \"a\"\r\n", TEXT)));
      client.send("GET / HTTP/1.1\r\nHost: app.test\r\n" + accept("gzip, zstd") + "\r\n");
      RawClient.Response response = client.read();
      assertThat(response.body()).isEqualTo(TEXT);
      assertThat(response.header("Vary")).isEmpty();
      assertThat(response.header("ETag")).isEqualTo("\"a\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void compressesForHttp2(String coding) throws Exception {
    TlsFiles files = new TlsFiles(certificates).certificate("one", "localhost");
    try (RouterFixture both =
            new RouterFixture(config ->
                config.compression(true).tls(new RouterConfig.Tls("127.0.0.1", 0, certificates)));
        HttpClient client =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .sslContext(files.context())
                .build()) {
      both.serve("localhost", answering(ok(TYPE, TEXT)));
      for (int i = 0; i < 3; i++) {
        HttpResponse<InputStream> response =
            client.send(
                HttpRequest.newBuilder(uri("https", both.router().tlsAddress(), ""))
                    .header("Accept-Encoding", coding)
                    .timeout(Duration.ofSeconds(20))
                    .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(response.headers().firstValue("Content-Encoding")).contains(coding);
        assertThat(response.headers().firstValue("Content-Length")).isEmpty();
        assertThat(decoded(coding, response.body())).isEqualTo(TEXT);
      }
    }
  }

  @Test
  void leavesWebSocketsAlone() {
    router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          conversation.readHead();
          conversation.send(
              "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                  + "Upgrade: websocket\r\n\r\nframes");
        }));
    try (RawClient client = router.client()) {
      client.send(
          "GET / HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              + accept("gzip")
              + "\r\n");
      assertThat(client.readToEnd()).startsWith("HTTP/1.1 101").endsWith("\r\n\r\nframes");
    }
  }

  private static URI uri(String scheme, @Nullable InetSocketAddress address, String path) {
    return URI.create(
        scheme + "://localhost:" + (address == null ? -1 : address.getPort()) + "/" + path);
  }
}
