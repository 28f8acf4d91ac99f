package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What two readers could understand in two ways is refused, and nobody behind us hears of it. */
class StrictParsingTest {
  private static final String HOST = "Host: app.test\r\n";
  private static RouterFixture router;
  private static ScriptedBackend app;

  @BeforeAll
  static void start() {
    router = new RouterFixture();
    app = router.serve("app.test", ScriptedBackend.echo());
  }

  @AfterAll
  static void close() {
    router.close();
  }

  private static String post(String headers, String body) {
    return "POST /x HTTP/1.1\r\n" + HOST + headers + "\r\n" + body;
  }

  private static String get(String line) {
    return line + "\r\n" + HOST + "\r\n";
  }

  static Stream<String> mustReject() {
    List<String> all = new ArrayList<>();
    // Two lengths.
    all.add(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
    all.add(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"));
    all.add(post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!"));
    all.add(post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"));
    // Odd lengths.
    for (String length :
        List.of("", "+5", "-5", "5,5", "5, 5", "0x5", "5 5", "5;", "five", "5.0", "\"5\"")) {
      all.add(post("Content-Length: " + length + "\r\n", "hello"));
    }
    all.add(post("Content-Length: 99999999999999999999\r\n", "hello"));
    // Encodings.
    for (String encoding :
        List.of(
            "",
            "gzip",
            "gzip, chunked",
            "chunked, chunked",
            "chunked, identity",
            "identity",
            "xchunked",
            "chunked;q=1",
            "\"chunked\"",
            "chunked,",
            ",chunked",
            "\u000bchunked",
            "chunked\u000b")) {
      all.add(post("Transfer-Encoding: " + encoding + "\r\n", "0\r\n\r\n"));
    }
    all.add(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
    all.add(post("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
    all.add("POST / HTTP/1.0\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    // Spellings of header lines.
    all.add(post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"));
    all.add(post("Content-Length : 5\r\n", "hello"));
    all.add(post("Content-Length\t: 5\r\n", "hello"));
    all.add(post(" Content-Length: 5\r\n", "hello"));
    all.add(post("X: a\r\n b\r\n", ""));
    all.add(post("X: a\r\n\tb\r\n", ""));
    all.add(post("X: a\r\n \r\n", ""));
    all.add(post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"));
    all.add("GET / HTTP/1.1\r\n X: a\r\n" + HOST + "\r\n");
    all.add(post("NoColon\r\n", ""));
    all.add(post(": nameless\r\n", ""));
    all.add(post("Na me: a\r\n", ""));
    all.add(post("Na(me: a\r\n", ""));
    all.add(post("N\u00e4me: a\r\n", ""));
    all.add(post("Na\u0000me: a\r\n", ""));
    all.add(post("X: a\u0000b\r\n", ""));
    all.add(post("X: a\u0001b\r\n", ""));
    all.add(post("X: a\u007fb\r\n", ""));
    all.add(post("X: a\rb\r\n", ""));
    all.add(post("X: a\r\rTransfer-Encoding: chunked\r\n", ""));
    // Line ends.
    all.add("GET / HTTP/1.1\n" + HOST + "\r\n");
    all.add("GET / HTTP/1.1\r\nHost: app.test\n\r\n");
    all.add("GET / HTTP/1.1\r\nHost: app.test\nX: y\r\n\r\n");
    all.add("GET / HTTP/1.1\r\n" + HOST + "\n");
    all.add("\n" + get("GET / HTTP/1.1"));
    all.add("\r\n\r\n" + get("GET / HTTP/1.1"));
    // Request lines.
    for (String line :
        List.of(
            "GET  / HTTP/1.1",
            "GET /  HTTP/1.1",
            "GET / HTTP/1.1 ",
            " GET / HTTP/1.1",
            "GET\t/ HTTP/1.1",
            "GET /\tHTTP/1.1",
            "GET /a b HTTP/1.1",
            "GET /a#b HTTP/1.1",
            "GET /\u00e4 HTTP/1.1",
            "GET /\u0000 HTTP/1.1",
            "GET / HTTP/1.1\u0000",
            "GET",
            "GET /",
            "GET / http/1.1",
            "GET / HTTP/1.2",
            "GET / HTTP/2.0",
            "GET / HTTP/0.9",
            "GET / HTTP/11",
            "GET / HTTP/1.1.1",
            "GET / HTTP/01.1",
            "GET / XTTP/1.1",
            "G(T / HTTP/1.1",
            "G\u0000T / HTTP/1.1",
            "GET * HTTP/1.1",
            "GET app.test HTTP/1.1",
            "GET app.test:80 HTTP/1.1",
            "GET ftp://app.test/ HTTP/1.1",
            "GET http:///x HTTP/1.1",
            "GET http://other.test/ HTTP/1.1",
            "GET http://user@app.test/ HTTP/1.1",
            "CONNECT app.test:443 HTTP/1.1",
            "CONNECT / HTTP/1.1",
            "TRACE / HTTP/1.1",
            "PRI * HTTP/2.0")) {
      all.add(get(line));
    }
    // Hosts.
    all.add("GET / HTTP/1.1\r\n\r\n");
    all.add("GET / HTTP/1.1\r\n" + HOST + HOST + "\r\n");
    all.add("GET / HTTP/1.1\r\n" + HOST + "Host: other.test\r\n\r\n");
    for (String host :
        List.of(
            "app.test, other.test",
            "app.test other.test",
            "user@app.test",
            "app.test:",
            "app.test:port",
            "app.test:99999",
            "app.test:80:80",
            "app.test:-1",
            "app.test/",
            "app.test?",
            "app.test#",
            "app.test\\",
            "app..test",
            ".app.test",
            "http://app.test",
            "app.te%73t",
            "[app.test]",
            "[::1",
            "*.test",
            "app.test\u00e4")) {
      all.add("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    }
    // Chunks.
    for (String body :
        List.of(
            "\r\n",
            "x\r\n",
            "5 \r\nhello\r\n0\r\n\r\n",
            " 5\r\nhello\r\n0\r\n\r\n",
            "+5\r\nhello\r\n0\r\n\r\n",
            "-5\r\nhello\r\n0\r\n\r\n",
            "0x5\r\nhello\r\n0\r\n\r\n",
            "5\nhello\r\n0\r\n\r\n",
            "5\r\nhello\n0\r\n\r\n",
            "5\r\nhello0\r\n\r\n",
            "5\r\nhelloXX0\r\n\r\n",
            "5\rXhello\r\n0\r\n\r\n",
            "5;a\nhello\r\n0\r\n\r\n",
            "5;a\rb\r\nhello\r\n0\r\n\r\n",
            "5;\u0000\r\nhello\r\n0\r\n\r\n",
            "fffffffffffffffff\r\n",
            "ffffffffffffffff\r\n",
            "5;" + "e".repeat(300) + "\r\nhello\r\n0\r\n\r\n",
            "0\r\nX\r\n\r\n",
            "0\r\n X: y\r\n\r\n",
            "0\r\nX : y\r\n\r\n",
            "0\r\nX: \u0000\r\n\r\n",
            "0\r\nX: y\n\r\n",
            "0\r\n\rX",
            "0\r\nX: " + "y".repeat(9000) + "\r\n\r\n")) {
      all.add(post("Transfer-Encoding: chunked\r\n", body));
    }
    // Too much.
    all.add(get("GET /" + "a".repeat(17 * 1024) + " HTTP/1.1"));
    all.add(post("X: " + "a".repeat(65 * 1024) + "\r\n", ""));
    all.add(post("X: a\r\n".repeat(101), ""));
    all.add(post("Expect: 200-ok\r\nContent-Length: 5\r\n", "hello"));
    all.add(post("Expect: 100-continue, x\r\nContent-Length: 5\r\n", "hello"));
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("mustReject")
  void refusesAndEnds(String request) {
    int before = app.requests().size();
    try (RawClient client = router.client()) {
      client.send(request);
      String answer = client.readToEnd();
      assertThat(answer)
          .matches("(?s)HTTP/1\\.[01] (400|414|417|431) .*")
          .doesNotContain("HTTP/1.1 2");
      assertThat(answer.split("HTTP/1\\.[01] ", -1)).as("one answer: %s", answer).hasSize(2);
    }
    assertThat(app.requests()).hasSize(before);
  }

  @ParameterizedTest
  @MethodSource("mustReject")
  void refusesWhateverCameBeforeOnTheConnection(String request) {
    int before = app.requests().size();
    try (RawClient client = router.client()) {
      assertThat(client.get("app.test", "/").read().status()).isEqualTo(200);
      client.send(request);
      assertThat(client.readToEnd()).matches("(?s)HTTP/1\\.[01] 4.*");
    }
    assertThat(app.requests()).hasSize(before + 1);
  }

  static Stream<String> mustAccept() {
    return Stream.of(
        get("GET / HTTP/1.1"),
        "\r\n" + get("GET / HTTP/1.1"),
        get("OPTIONS * HTTP/1.1"),
        get("GET http://app.test/x HTTP/1.1"),
        get("GET HTTP://APP.TEST?x HTTP/1.1"),
        get("GET /%00%0d%0a?q=<>\"{}|\\^` HTTP/1.1"),
        "GET / HTTP/1.1\r\nhOsT:app.test\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: \t app.test:8080 \t\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: APP.test.\r\n\r\n",
        "GET / HTTP/1.1\r\n" + HOST + "X:\r\nY: \u00e4\t!\r\n\r\n",
        post("Content-Length: 0\r\n", ""),
        post("Content-Length: 000005\r\n", "hello"),
        post("Transfer-Encoding: Chunked\r\n", "0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\n", "5;a=b;c=\"d\"\r\nhello\r\n000\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\n", "A\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n"),
        "PURGE / HTTP/1.1\r\n" + HOST + "\r\n",
        "GET / HTTP/1.0\r\n" + HOST + "Connection: keep-alive\r\n\r\n");
  }

  @ParameterizedTest
  @MethodSource("mustAccept")
  void acceptsWhatIsCorrect(String request) {
    int before = app.requests().size();
    try (RawClient client = router.client()) {
      assertThat(client.send(request).read().status()).isEqualTo(200);
      assertThat(client.get("app.test", "/after").read().status()).isEqualTo(200);
    }
    assertThat(app.requests()).hasSize(before + 2);
    assertThat(app.last().line()).isEqualTo("GET /after HTTP/1.1");
  }

  @Test
  void refusesAChunkThatTurnsOutBadLaterAndLeavesTheRequestIncomplete() {
    List<Character> body = new CopyOnWriteArrayList<>();
    ScriptedBackend late =
        router.serve(
            "late.test",
            new ScriptedBackend(conversation -> {
              conversation.readHead();
              for (int b = conversation.in().read(); b >= 0; b = conversation.in().read()) {
                body.add((char) b);
              }
            }));
    try (RawClient client = router.client()) {
      client.send(
          "POST / HTTP/1.1\r\nHost: late.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
      Eventually.until("the first chunk is there", () -> body.size() >= 8);
      client.send("zz\r\n");
      assertThat(client.readToEnd()).startsWith("HTTP/1.1 400 ");
      Eventually.until("the backend sees the end", () -> late.openConnections() == 0);
    }
    assertThat(body).containsExactly('5', '\r', '\n', 'h', 'e', 'l', 'l', 'o');
  }

  @Test
  void answersAForeignProtocolWithABareLine() {
    try (RawClient client = router.client()) {
      assertThat(client.send("PRI * HTTP/3.0\r\n\r\nSM\r\n\r\n").readToEnd())
          .isEqualTo("HTTP/1.0 400 Bad Request\r\n\r\n");
    }
  }

  @Test
  void takesHttp2OnlyFromAClientThatBeginsWithIt() {
    router.serve("late-preface.test", ScriptedBackend.saying("hello"));
    try (RawClient client = router.client()) {
      assertThat(client.get("late-preface.test", "/").read().status()).isEqualTo(200);
      assertThat(client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").readToEnd())
          .isEqualTo("HTTP/1.0 400 Bad Request\r\n\r\n");
    }
  }

  @Test
  void namesTheLimitThatAHeaderPasses() {
    try (RawClient client = router.client()) {
      RawClient.Response response = client.send(post("X: a\r\n".repeat(101), "")).read();
      assertThat(response.status()).isEqualTo(431);
      assertThat(response.header("X-Cf-RouterError")).isEqualTo("max-request-size-exceeded");
    }
  }
}
