package bellows.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpServerTest {
  private static final class OddFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch leave = new CountDownLatch(1);
  private final HttpServer server =
      new HttpServer(
          new HttpServer.Config("127.0.0.1", 0),
          List.of(
              Route.get("/hello/:name", r -> Reply.ok(r.pathParam("name"))),
              Route.get("/query", r -> Reply.ok(r.query())),
              Route.get("/base", r -> Reply.text(200, "text/plain", r.baseUrl())),
              Route.get("/odd", HttpServerTest::failOddly),
              Route.get("/broken", HttpServerTest::failUnexpectedly),
              Route.get("/slow", this::slow),
              Route.get("/cut", HttpServerTest::cut),
              Route.post("/echo", r -> Reply.text(200, "text/plain", text(r.body(10)))),
              Route.post("/parts", HttpServerTest::parts),
              Route.post("/store", HttpServerTest::store),
              Route.get("/later", HttpServerTest::later)),
          (_, failure) ->
              failure instanceof OddFailure
                  ? Optional.of(Reply.text(418, "text/plain", "odd"))
                  : Optional.empty());
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeEach
  void start() {
    server.start();
  }

  @AfterEach
  void close() {
    leave.countDown();
    client.close();
    server.close();
  }

  @Test
  void answersWithTheRequestId() throws Exception {
    HttpResponse<String> reply =
        client.send(
            get("/hello/a%20b/").header("X-Vcap-Request-Id", "id-1").build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(reply.statusCode()).isEqualTo(200);
    assertThat(reply.body()).isEqualTo("\"a b\"");
    assertThat(reply.headers().firstValue("X-Vcap-Request-Id")).hasValue("id-1");
    assertThat(reply.headers().firstValue("Content-Type").orElseThrow())
        .matches("application/json; ?charset=utf-8");
    assertThat(reply.headers().map()).doesNotContainKey("server");
  }

  @Test
  void makesARequestIdWhenThereIsNoSaneOne() throws Exception {
    HttpResponse<String> reply =
        client.send(
            get("/hello/a").header("X-Vcap-Request-Id", "<script>").build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(reply.headers().firstValue("X-Vcap-Request-Id").orElseThrow()).hasSize(36);
  }

  @Test
  void decodesTheQuery() throws Exception {
    assertThat(send(get("/query?names=a%252Cb,c&empty=&x=1+2&x=%C3%A4")).body())
        .isEqualTo("{\"names\":[\"a%2Cb,c\"],\"empty\":[\"\"],\"x\":[\"1 2\",\"ä\"]}");
  }

  @Test
  void tellsUnknownRequestsInTheContractsForm() throws Exception {
    for (HttpRequest.Builder request :
        List.of(
            get("/nope"),
            get("/hello/a").method("DELETE", HttpRequest.BodyPublishers.noBody()),
            get("/hello/a").method("OPTIONS", HttpRequest.BodyPublishers.noBody()),
            get("/hello/a").method("BREW", HttpRequest.BodyPublishers.noBody()))) {
      HttpResponse<String> reply = send(request);
      assertThat(reply.statusCode()).isEqualTo(404);
      assertThat(reply.body())
          .isEqualTo(
              "{\"errors\":[{\"code\":10000,\"title\":\"CF-NotFound\","
                  + "\"detail\":\"Unknown request\"}]}");
    }
  }

  @Test
  void asksEachApisErrorBodies() throws Exception {
    assertThat(send(get("/odd")).statusCode()).isEqualTo(418);
  }

  @Test
  void hidesTheCauseOfAnUnknownFailure() throws Exception {
    HttpResponse<String> reply = send(get("/broken"));
    assertThat(reply.statusCode()).isEqualTo(500);
    assertThat(reply.body()).contains("CF-ServerError").doesNotContain("secret");
  }

  @Test
  void answersHeadWithoutBody() throws Exception {
    HttpResponse<String> reply =
        send(get("/hello/a").method("HEAD", HttpRequest.BodyPublishers.noBody()));
    assertThat(reply.statusCode()).isEqualTo(200);
    assertThat(reply.headers().firstValue("Content-Length")).hasValue("3");
  }

  @Test
  void refusesABodyAboveItsLimit() throws Exception {
    assertThat(send(post("/echo", "0123456789")).body()).isEqualTo("0123456789");
    assertThat(send(post("/echo", "01234567890")).statusCode()).isEqualTo(413);
  }

  @Test
  void linksToTheHostTheClientNamed() throws Exception {
    assertThat(raw("GET /base HTTP/1.1\r\nHost: api.example.com:8080\r\nConnection: close\r\n\r\n"))
        .endsWith("http://api.example.com:8080");
    assertThat(
            raw(
                lines(
                    "GET /base HTTP/1.1",
                    "Host: x",
                    "X-Forwarded-Proto: https",
                    "X-Forwarded-Host: api.example.com",
                    "Connection: close",
                    "",
                    "")))
        .endsWith("https://api.example.com");
  }

  @Test
  void tellsMalformedRequestsInTheContractsForm() throws Exception {
    assertThat(raw("GET /a%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400")
        .contains("CF-BadRequest");
    assertThat(raw("GET /query?a=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400")
        .contains("\"errors\"");
  }

  @Test
  void readsPartsInOrder() throws Exception {
    String body =
        lines(
            "--b",
            "Content-Disposition: form-data; name=\"resources\"",
            "",
            "[]",
            "--b",
            "Content-Disposition: form-data; name=\"bits\"; filename=\"a.zip\"",
            "Content-Type: application/zip",
            "",
            "PK",
            "--b--",
            "");
    HttpResponse<String> reply =
        send(post("/parts", body).header("Content-Type", "multipart/form-data; boundary=b"));
    assertThat(reply.body()).isEqualTo("[\"resources::2\",\"bits:a.zip:2\"]");
  }

  @Test
  void refusesABrokenMultipartBody() throws Exception {
    for (String type :
        List.of("text/plain", "multipart/form-data", "multipart/form-data; boundary=b")) {
      HttpResponse<String> reply =
          send(post("/parts", "--b\r\nContent-Disp").header("Content-Type", type));
      assertThat(reply.statusCode()).describedAs(type).isEqualTo(400);
      assertThat(reply.body()).contains("CF-BadRequest");
    }
  }

  /** A store wraps what it cannot read; that is no failure of ours all the same. */
  @Test
  void blamesTheClientForABodyThatBreaksOffWhileItIsStored() throws Exception {
    String start = "--b\r\nContent-Disposition: form-data; name=\"bits\"\r\n\r\nPK";
    HttpResponse<String> reply =
        send(post("/store", start).header("Content-Type", "multipart/form-data; boundary=b"));
    assertThat(reply.statusCode()).isEqualTo(400);
    assertThat(reply.body()).contains("malformed multipart body");
    assertThat(
            raw(
                lines(
                    "POST /store HTTP/1.1",
                    "Host: x",
                    "Content-Type: multipart/form-data; boundary=b",
                    "Transfer-Encoding: chunked",
                    "Connection: close",
                    "",
                    Integer.toHexString(start.length()),
                    start,
                    "no chunk")))
        .startsWith("HTTP/1.1 400")
        .contains("incomplete body");
  }

  @Test
  void doesNotWaitForTheEndOfWhatItRefuses() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      String part =
          "--b\r\nContent-Disposition: form-data; name=\"no\"\r\n\r\n" + "x".repeat(1 << 20);
      OutputStream out = socket.getOutputStream();
      out.write(
          lines(
                  "POST /store HTTP/1.1",
                  "Host: x",
                  "Content-Type: multipart/form-data; boundary=b",
                  "Transfer-Encoding: chunked",
                  "",
                  Integer.toHexString(part.length()),
                  part,
                  "")
              .getBytes(ISO_8859_1));
      out.flush();
      byte[] answer = socket.getInputStream().readNBytes(30);
      assertThat(new String(answer, ISO_8859_1)).startsWith("HTTP/1.1 422");
    }
  }

  /** Not every client reads while it writes. */
  @Test
  void answersAClientThatSendsAllBeforeItReads() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      OutputStream out = socket.getOutputStream();
      int megabytes = 64;
      out.write(
          lines("POST /nope HTTP/1.1", "Host: x", "Content-Length: " + (megabytes << 20), "", "")
              .getBytes(ISO_8859_1));
      for (int i = 0; i < megabytes; i++) {
        out.write(new byte[1 << 20]);
      }
      assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
          .startsWith("HTTP/1.1 404");
    }
  }

  @Test
  void saysWhenToComeAgain() throws Exception {
    HttpResponse<String> reply = send(get("/later"));
    assertThat(reply.statusCode()).isEqualTo(503);
    assertThat(reply.headers().firstValue("Retry-After")).hasValue("2");
  }

  @Test
  void streamsAPartOfAnySize() throws Exception {
    long size = 300L << 20;
    InputStream endless =
        new InputStream() {
          private final byte[] head =
              "--b\r\nContent-Disposition: form-data; name=\"bits\"; filename=\"f\"\r\n\r\n"
                  .getBytes(UTF_8);
          private final byte[] tail = "\r\n--b--\r\n".getBytes(UTF_8);
          private long at;

          @Override
          public int read() {
            throw new UnsupportedOperationException();
          }

          @Override
          public int read(byte[] into, int offset, int length) {
            byte[] text = at < head.length ? head : tail;
            long from = at < head.length ? at : at - head.length - size;
            int count;
            if (from >= 0) {
              count = (int) Math.min(length, text.length - from);
              if (count == 0) {
                return -1;
              }
              System.arraycopy(text, (int) from, into, offset, count);
            } else {
              count = (int) Math.min(length, -from);
            }
            at += count;
            return count;
          }
        };
    long before = used();
    HttpResponse<String> reply =
        send(
            get("/parts")
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> endless))
                .header("Content-Type", "multipart/form-data; boundary=b"));
    assertThat(reply.body()).isEqualTo("[\"bits:f:" + size + "\"]");
    assertThat(used() - before).isLessThan(100L << 20);
  }

  @Test
  void letsARunningRequestEndBeforeItCloses() throws Exception {
    CompletableFuture<HttpResponse<String>> running =
        client.sendAsync(get("/slow").build(), HttpResponse.BodyHandlers.ofString());
    entered.await();
    CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
    leave.countDown();
    assertThat(running.get().statusCode()).isEqualTo(200);
    closing.get();
  }

  @Test
  void keepsTheConnectionWhenNobodyReadsTheBody() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          lines("POST /nope HTTP/1.1", "Host: x", "Content-Length: 2", "", "")
              .getBytes(ISO_8859_1));
      out.flush();
      out.write(
          lines("{}GET /hello/a HTTP/1.1", "Host: x", "Connection: close", "", "")
              .getBytes(ISO_8859_1));
      assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
          .contains("HTTP/1.1 404")
          .contains("HTTP/1.1 200");
    }
  }

  @Test
  void tellsThatItClosesTheConnectionWhenMuchIsUnread() throws Exception {
    HttpResponse<String> reply = send(post("/nope", "x".repeat(1 << 20)));
    assertThat(reply.statusCode()).isEqualTo(404);
    assertThat(reply.headers().firstValue("Connection")).hasValue("close");
  }

  @Test
  void cutsTheConnectionWhenTheBodyFails() {
    assertThatThrownBy(() -> send(get("/cut"))).isInstanceOf(IOException.class);
  }

  private Reply slow(Request request) throws InterruptedException {
    entered.countDown();
    leave.await();
    return Reply.ok("done");
  }

  private static Reply failOddly(Request request) {
    throw new OddFailure();
  }

  private static Reply failUnexpectedly(Request request) {
    throw new IllegalStateException("secret");
  }

  private static Reply cut(Request request) {
    return new Reply(
        200,
        Map.of(),
        out -> {
          out.write(new byte[100_000]);
          throw new IOException("blob vanished");
        });
  }

  private static Reply parts(Request request) throws IOException {
    List<String> seen = new ArrayList<>();
    request.multipart((name, file, content) ->
        seen.add(name + ":" + file + ":" + content.transferTo(OutputStream.nullOutputStream())));
    return Reply.ok(seen);
  }

  private static Reply store(Request request) throws IOException {
    request.multipart((name, file, content) -> {
      if (name.equals("no")) {
        throw CfError.Kind.UNPROCESSABLE_ENTITY.because("not that");
      }
      try {
        content.transferTo(OutputStream.nullOutputStream());
      } catch (IOException e) {
        throw new UncheckedIOException("cannot store", e);
      }
    });
    return Reply.ok("stored");
  }

  private static Reply later(Request request) {
    throw CfError.Kind.SERVICE_UNAVAILABLE.because("try again");
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  private static String lines(String... lines) {
    return String.join("\r\n", lines);
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private HttpRequest.Builder get(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
        .version(HttpClient.Version.HTTP_1_1);
  }

  private HttpRequest.Builder post(String path, String body) {
    return get(path).POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }
}
