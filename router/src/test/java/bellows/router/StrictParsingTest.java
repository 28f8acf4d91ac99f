package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.router.testing.Corpus;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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

  static List<String> mustReject() {
    return Corpus.read("requests-refused.txt");
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

  static List<String> mustAccept() {
    return Corpus.read("requests-accepted.txt");
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
