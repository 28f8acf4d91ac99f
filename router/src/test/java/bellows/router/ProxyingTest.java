package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProxyingTest {
  private final RouterFixture router = new RouterFixture();

  @AfterEach
  void close() {
    router.close();
  }

  @Test
  void passesARequestOnAndItsAnswerBack() {
    ScriptedBackend app = router.serve("app.test", ScriptedBackend.saying("hello"));
    try (RawClient client = router.client()) {
      RawClient.Response response = client.get("app.test", "/a?b=c").read();
      assertThat(response.status()).isEqualTo(200);
      assertThat(response.body()).isEqualTo("hello");
    }
    assertThat(app.last().line()).isEqualTo("GET /a?b=c HTTP/1.1");
    assertThat(app.last().header("host")).isEqualTo("app.test");
  }

  @Test
  void usesBothConnectionsAgain() {
    ScriptedBackend app = router.serve("app.test", ScriptedBackend.saying("hello"));
    try (RawClient client = router.client()) {
      for (int i = 0; i < 20; i++) {
        assertThat(client.get("app.test", "/").read().body()).isEqualTo("hello");
      }
    }
    assertThat(app.connections()).isEqualTo(1);
  }
}
