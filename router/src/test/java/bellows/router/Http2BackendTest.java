package bellows.router;

import static bellows.router.testing.RawHttp2.END_HEADERS;
import static bellows.router.testing.RawHttp2.END_STREAM;
import static bellows.router.testing.RawHttp2.HEADERS;
import static bellows.router.testing.RawHttp2.RST_STREAM;
import static bellows.router.testing.RawHttp2.SETTINGS;
import static bellows.router.testing.RawHttp2.block;
import static bellows.router.testing.RawHttp2.bytes;
import static bellows.router.testing.RawHttp2.number;
import static org.assertj.core.api.Assertions.assertThat;

import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Apps that speak HTTP/2 badly, or not for long. */
class Http2BackendTest {
  private static final int PREFACE_BYTES = 24;
  private static final int REFUSED_STREAM = 7;
  private static final int ALL = END_HEADERS | END_STREAM;
  private static final String OK = block(":status", "200");

  private final AtomicInteger connections = new AtomicInteger();
  private RouterFixture router;

  /** What is answered to the request on the given stream; nothing to end the connection. */
  private interface Answer {
    String to(int connection, int stream);
  }

  @BeforeEach
  void start() {
    router = new RouterFixture();
  }

  @AfterEach
  void stop() {
    router.close();
  }

  private ScriptedBackend serve(Answer answer) {
    ScriptedBackend app =
        new ScriptedBackend(conversation -> {
          int connection = connections.incrementAndGet();
          DataInputStream in = new DataInputStream(conversation.in());
          in.skipNBytes(PREFACE_BYTES);
          conversation.send(bytes(SETTINGS, 0, 0, ""));
          while (true) {
            String said = answer.to(connection, nextRequest(in));
            if (said.isEmpty()) {
              return;
            }
            conversation.send(said);
          }
        });
    router.serveHttp2("app.test", app.port());
    return app;
  }

  /** The stream of the next HEADERS. */
  private static int nextRequest(DataInputStream in) throws IOException {
    while (true) {
      int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      in.skipNBytes(1);
      int stream = in.readInt();
      in.skipNBytes(length);
      if (type == HEADERS) {
        return stream;
      }
    }
  }

  private RawClient.Response get() {
    try (RawClient client = router.client()) {
      return client.get("app.test", "/").read();
    }
  }

  @Test
  void answersRequestsOnOneConnection() {
    try (ScriptedBackend app = serve((connection, stream) -> bytes(HEADERS, ALL, stream, OK));
        RawClient client = router.client()) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.get("app.test", "/").read().status()).isEqualTo(200);
      }
      assertThat(connections.get()).isEqualTo(1);
      assertThat(app.openConnections()).isEqualTo(1);
    }
  }

  @Test
  void repeatsWhatGotLostWithItsConnection() {
    try (ScriptedBackend app =
        serve((connection, stream) -> connection == 1 ? "" : bytes(HEADERS, ALL, stream, OK))) {
      assertThat(get().status()).isEqualTo(200);
      assertThat(connections.get()).isEqualTo(2);
      assertThat(app.connections()).isEqualTo(2);
    }
  }

  @Test
  void repeatsWhatTheAppHasRefused() {
    AtomicInteger asked = new AtomicInteger();
    try (ScriptedBackend app =
        serve((connection, stream) ->
            asked.incrementAndGet() == 1
                ? bytes(RST_STREAM, 0, stream, number(REFUSED_STREAM))
                : bytes(HEADERS, ALL, stream, OK))) {
      assertThat(get().status()).isEqualTo(200);
      assertThat(asked.get()).isEqualTo(2);
      assertThat(app.connections()).isEqualTo(1);
    }
  }

  @Test
  void tellsTheClientOfAnAppThatBreaksTheRules() {
    try (ScriptedBackend app =
        serve((connection, stream) ->
            bytes(HEADERS, ALL, stream, block(":status", "200", "connection", "close")))) {
      RawClient.Response response = get();
      assertThat(response.status()).isEqualTo(502);
      assertThat(response.header("X-Cf-RouterError")).startsWith("endpoint_failure");
      assertThat(app.connections()).isPositive();
    }
  }
}
