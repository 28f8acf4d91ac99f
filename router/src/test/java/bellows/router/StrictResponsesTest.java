package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.router.testing.Corpus;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An app is a stranger, too: what it says wrong reaches no client, and nobody after it. */
class StrictResponsesTest {
  private final RouterFixture router = new RouterFixture();

  @AfterEach
  void close() {
    router.close();
  }

  static List<String> refused() {
    return Corpus.read("responses-refused.txt");
  }

  @ParameterizedTest
  @MethodSource("refused")
  void answersForAnAppThatDoesNotSpeakHttp(String broken) {
    AtomicInteger turn = new AtomicInteger();
    ScriptedBackend app =
        router.serve(
            "app.test",
            new ScriptedBackend(conversation -> {
              while (conversation.next() != null) {
                if (turn.getAndIncrement() > 0) {
                  conversation.ok("clean");
                } else {
                  conversation.send(broken);
                  if (broken.endsWith("y\r\n")) {
                    return; // within the head
                  }
                }
              }
            }));
    try (RawClient client = router.client()) {
      RawClient.Response response = client.get("app.test", "/").read();
      while (response.status() == 103) {
        response = client.read();
      }
      assertThat(response.status()).isEqualTo(502);
      assertThat(response.header("X-Cf-RouterError")).startsWith("endpoint_failure (");
      assertThat(response.header("Set-Cookie")).isEmpty();
      assertThat(client.get("app.test", "/").read().body()).isEqualTo("clean");
    }
    assertThat(app.connections()).as("a broken connection is not used again").isEqualTo(2);
  }

  static List<String> cut() {
    return Corpus.read("responses-cut.txt");
  }

  @ParameterizedTest
  @MethodSource("cut")
  void letsTheClientSeeThatAnAnswerIsNotComplete(String cut) {
    router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          conversation.read();
          conversation.send(cut);
        }));
    try (RawClient client = router.client()) {
      String all = client.get("app.test", "/").readToEnd();
      assertThat(all).startsWith("HTTP/1.1 200 OK").doesNotContain("\r\n0\r\n");
    }
  }
}
