package bellows.router;

import static bellows.router.testing.RawHttp2.DATA;
import static bellows.router.testing.RawHttp2.END_HEADERS;
import static bellows.router.testing.RawHttp2.END_STREAM;
import static bellows.router.testing.RawHttp2.GOAWAY;
import static bellows.router.testing.RawHttp2.HEADERS;
import static bellows.router.testing.RawHttp2.PING;
import static bellows.router.testing.RawHttp2.RST_STREAM;
import static bellows.router.testing.RawHttp2.SETTINGS;
import static bellows.router.testing.RawHttp2.block;
import static bellows.router.testing.RawHttp2.setting;
import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.router.testing.RawHttp2;
import bellows.router.testing.RawHttp2.Frame;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers that are more than one: early hints, and WebSockets within a stream (RFC 8441). */
class Http2TunnelTest {
  private static final int ENABLE_CONNECT_PROTOCOL = 8;

  private RouterFixture router;
  private RawHttp2 client;

  @BeforeEach
  void start() {
    router = new RouterFixture();
    client = RawHttp2.open(router.address());
  }

  @AfterEach
  void stop() {
    client.close();
    router.close();
  }

  private void openWebSocket() {
    client.frame(
        HEADERS,
        END_HEADERS,
        1,
        block(
            ":method",
            "CONNECT",
            ":protocol",
            "websocket",
            ":scheme",
            "http",
            ":path",
            "/chat",
            ":authority",
            "app.test",
            "sec-websocket-version",
            "13"));
  }

  private ScriptedBackend serveEcho() {
    return router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          conversation.readHead();
          conversation.send(
              """
              HTTP/1.1 101 Switching Protocols\r
              Connection: Upgrade\r
              Upgrade: websocket\r
              Sec-WebSocket-Accept: x\r
              \r
              """);
          byte[] message = new byte[5];
          while (conversation.in().readNBytes(message, 0, 5) == 5) {
            conversation.out().write(message);
          }
        }));
  }

  @Test
  void offersWebSocketsWithinStreams() {
    assertThat(client.read(SETTINGS).payload()).contains(setting(ENABLE_CONNECT_PROTOCOL, 1));
  }

  @Test
  void carriesAWebSocketWithinAStream() {
    ScriptedBackend app = serveEcho();
    openWebSocket();
    Frame head = client.read(HEADERS);
    assertThat(head.flags() & END_STREAM).isZero();
    client.frame(DATA, 0, 1, "hello");
    assertThat(client.read(DATA).payload()).isEqualTo("hello");
    client.frame(DATA, 0, 1, "again");
    assertThat(client.read(DATA).payload()).isEqualTo("again");
    assertThat(app.last().line()).isEqualTo("GET /chat HTTP/1.1");
    assertThat(app.last().header("Upgrade")).isEqualTo("websocket");
    assertThat(app.last().header("Connection")).isEqualTo("Upgrade");
    assertThat(app.last().header("Sec-WebSocket-Key")).hasSize(24);
    assertThat(app.last().count("Transfer-Encoding")).isZero();
    client.frame(DATA, END_STREAM, 1, "");
    assertThat(client.read(frame -> (frame.flags() & END_STREAM) != 0).type()).isEqualTo(DATA);
    Eventually.until("the app is left", () -> app.openConnections() == 0);
  }

  @Test
  void endsTheStreamWhenTheAppEndsTheWebSocket() {
    router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          conversation.readHead();
          conversation.send(
              """
              HTTP/1.1 101 Switching Protocols\r
              Connection: Upgrade\r
              Upgrade: websocket\r
              \r
              bye\
              """);
        }));
    openWebSocket();
    Frame data = client.read(DATA);
    assertThat(data.payload()).isEqualTo("bye");
    // The end may come with it, or by itself.
    if ((data.flags() & END_STREAM) == 0) {
      assertThat(client.read(DATA)).isEqualTo(new Frame(DATA, END_STREAM, 1, ""));
    }
  }

  @Test
  void passesTheAppsRefusalOfAWebSocket() {
    router.serve("app.test", ScriptedBackend.saying("no"));
    openWebSocket();
    assertThat(client.read(DATA)).isEqualTo(new Frame(DATA, END_STREAM, 1, "no"));
    // The client has not ended its side, and nobody will read it.
    assertThat(client.read(RST_STREAM).errorCode()).isZero();
  }

  @Test
  void finishesItsStreamsWhenTheRouterStops() throws InterruptedException {
    CountDownLatch stopping = new CountDownLatch(1);
    router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          conversation.read();
          try {
            stopping.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          conversation.ok("hello");
        }));
    client.get(1, "app.test").frame(PING, 0, 0, "12345678");
    assertThat(client.read(PING).payload()).isEqualTo("12345678"); // so the request is there
    Thread stop = Thread.ofVirtual().start(() -> router.router().close());
    assertThat(client.read(GOAWAY).errorCode()).isZero();
    stopping.countDown();
    assertThat(client.read(DATA)).isEqualTo(new Frame(DATA, END_STREAM, 1, "hello"));
    assertThat(client.read(DATA).isEnd()).isTrue();
    stop.join();
  }

  @Test
  void passesEarlyHints() {
    router.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          conversation.read();
          conversation.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n").ok("hello");
        }));
    client.get(1, "app.test");
    Frame hints = client.read(HEADERS);
    assertThat(hints.payload()).contains("103");
    assertThat(hints.flags() & END_STREAM).isZero();
    assertThat(client.read(DATA)).isEqualTo(new Frame(DATA, END_STREAM, 1, "hello"));
  }
}
