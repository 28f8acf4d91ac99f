package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketTest {
  private static final String UPGRADE =
      String.join(
          "\r\n",
          "GET /ws HTTP/1.1",
          "Host: app.test",
          "Connection: keep-alive, Upgrade",
          "Upgrade: WebSocket",
          "Sec-WebSocket-Key: a2V5",
          "Sec-WebSocket-Version: 13",
          "",
          "");

  private final RouterFixture router = new RouterFixture();

  @AfterEach
  void close() {
    router.close();
  }

  private ScriptedBackend echo() {
    return router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          ScriptedBackend.Request request = conversation.readHead();
          if (request.count("Upgrade") == 0) {
            conversation.ok("plain");
            return;
          }
          conversation.send(
              "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
                  + "Sec-WebSocket-Accept: yes\r\n\r\nhello");
          conversation.in().transferTo(conversation.out());
        }));
  }

  @Test
  void opensATunnelThatPassesBytesBothWays() throws IOException {
    ScriptedBackend app = echo();
    try (RawClient client = router.client()) {
      client.send(UPGRADE + "early"); // a client may send before it has the answer
      RawClient.Response response = client.read(false);
      assertThat(response.status()).isEqualTo(101);
      assertThat(response.header("Upgrade")).isEqualTo("websocket");
      assertThat(response.header("Connection")).isEqualTo("Upgrade");
      assertThat(response.header("Sec-WebSocket-Accept")).isEqualTo("yes");
      assertThat(client.in().readNBytes(10))
          .asString(StandardCharsets.US_ASCII)
          .isEqualTo("helloearly");
      for (int i = 0; i < 100; i++) {
        client.send("\u0000\u0001message " + (char) i);
        assertThat(client.in().readNBytes(11)).hasSize(11).endsWith((byte) i);
      }
    }
    Eventually.until("the backend sees the end", () -> app.openConnections() == 0);
    assertThat(app.last().header("Upgrade")).isEqualTo("websocket");
    assertThat(app.last().header("Connection")).isEqualTo("Upgrade");
    assertThat(app.last().header("X-Forwarded-For")).isEqualTo("127.0.0.1");
  }

  @Test
  void endsTheClientWhenTheAppEnds() throws IOException {
    router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          conversation.readHead();
          conversation.send(
              "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nbye");
        }));
    try (RawClient client = router.client()) {
      client.send(UPGRADE);
      assertThat(client.read(false).status()).isEqualTo(101);
      assertThat(client.readToEnd()).isEqualTo("bye");
    }
  }

  @Test
  void passesOnThatTheAppRefuses() {
    router.serve("app.test", ScriptedBackend.saying("no"));
    try (RawClient client = router.client()) {
      assertThat(client.send(UPGRADE).read().body()).isEqualTo("no");
      assertThat(client.get("app.test", "/").read().body()).isEqualTo("no");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n",
        "Connection: Upgrade\r\nUpgrade: tcp\r\n",
        "Upgrade: websocket\r\n",
        "Connection: Upgrade\r\n"
      })
  void treatsEveryOtherUpgradeAsAnOrdinaryRequest(String headers) {
    echo();
    try (RawClient client = router.client()) {
      client.send("GET / HTTP/1.1\r\nHost: app.test\r\n" + headers + "\r\n");
      assertThat(client.read().body()).isEqualTo("plain");
    }
  }

  @Test
  void doesNotUpgradeAPost() {
    echo();
    try (RawClient client = router.client()) {
      client.send(UPGRADE.replace("GET", "POST"));
      assertThat(client.read().body()).isEqualTo("plain");
    }
  }
}
