package bellows.router;

import static bellows.router.testing.RawHttp2.ACK;
import static bellows.router.testing.RawHttp2.DATA;
import static bellows.router.testing.RawHttp2.END_HEADERS;
import static bellows.router.testing.RawHttp2.END_STREAM;
import static bellows.router.testing.RawHttp2.HEADERS;
import static bellows.router.testing.RawHttp2.SETTINGS;
import static bellows.router.testing.RawHttp2.WINDOW_UPDATE;
import static bellows.router.testing.RawHttp2.block;
import static bellows.router.testing.RawHttp2.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.router.testing.RawClient;
import bellows.router.testing.RawHttp2;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Clients that do not read, of an app that speaks HTTP/2 and keeps to its windows. */
class Http2BackPressureTest {
  private static final int PREFACE_BYTES = 24;
  private static final int STREAMS = 90;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int FRAME = 16 * 1024;

  /** One connection of the app: it answers without end, the oldest stream first. */
  private static final class App {
    private final ScriptedBackend.Conversation conversation;
    private final AtomicInteger asked;
    private final Map<Integer, Integer> windows = new LinkedHashMap<>();
    private int window = 65_535;
    private int firstWindow = 65_535;

    private App(ScriptedBackend.Conversation conversation, AtomicInteger asked) {
      this.conversation = conversation;
      this.asked = asked;
    }

    private void run() throws IOException {
      DataInputStream in = new DataInputStream(conversation.in());
      in.skipNBytes(PREFACE_BYTES);
      conversation.send(bytes(SETTINGS, 0, 0, ""));
      while (true) {
        int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        in.skipNBytes(1);
        int stream = in.readInt();
        ByteBuffer payload = ByteBuffer.wrap(in.readNBytes(length));
        switch (type) {
          case SETTINGS -> readSettings(payload);
          case WINDOW_UPDATE -> opened(stream, payload.getInt());
          case HEADERS -> {
            conversation.send(bytes(HEADERS, END_HEADERS, stream, block(":status", "200")));
            windows.put(stream, firstWindow);
            asked.incrementAndGet();
          }
          default -> {
            // Says nothing about windows.
          }
        }
        send();
      }
    }

    private void readSettings(ByteBuffer settings) throws IOException {
      if (settings.hasRemaining()) {
        conversation.send(bytes(SETTINGS, ACK, 0, ""));
      }
      while (settings.hasRemaining()) {
        int id = settings.getShort();
        int value = settings.getInt();
        firstWindow = id == INITIAL_WINDOW_SIZE ? value : firstWindow;
      }
    }

    private void opened(int stream, int bytes) {
      if (stream == 0) {
        window += bytes;
      } else {
        windows.merge(stream, bytes, Integer::sum);
      }
    }

    private void send() throws IOException {
      for (Map.Entry<Integer, Integer> stream : windows.entrySet()) {
        while (stream.getValue() >= FRAME && window >= FRAME) {
          window -= FRAME;
          stream.setValue(stream.getValue() - FRAME);
          conversation.send(bytes(DATA, 0, stream.getKey(), "x".repeat(FRAME)));
        }
      }
    }
  }

  @Test
  void doNotStopTheOthers() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    try (RouterFixture router = new RouterFixture(config -> config.loops(1, null));
        ScriptedBackend app =
            new ScriptedBackend(conversation -> new App(conversation, asked).run());
        RawHttp2 slow = RawHttp2.open(router.address());
        RawClient other = router.client()) {
      router.serveHttp2("app.test", app.port());
      for (int i = 0; i < STREAMS; i++) {
        slow.frame(HEADERS, END_HEADERS | END_STREAM, 2 * i + 1, RawHttp2.request("app.test", "/"));
      }
      Eventually.until("all are being answered", () -> asked.get() == STREAMS);
      assertThat(other.get("app.test", "/").read(false).status()).isEqualTo(200);
      assertThat(other.in().readNBytes(FRAME)).hasSize(FRAME);
      assertThat(app.connections()).isEqualTo(1);
    }
  }
}
