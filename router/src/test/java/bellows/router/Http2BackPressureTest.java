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
import static bellows.router.testing.RawHttp2.number;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.contracts.routing.RouterRegister;
import bellows.router.backend.BackendPool;
import bellows.router.testing.RawClient;
import bellows.router.testing.RawHttp2;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Clients that do not read what an app sends, and apps that do not read what clients send. */
class Http2BackPressureTest {
  private static final int PREFACE_BYTES = 24;
  private static final int STREAMS = 90;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int FRAME = 16 * 1024;
  private static final int FIRST_WINDOW = 65_535;
  private static final long MOST_MEMORY = 16L << 20;

  /** One connection of the app: it answers without end, the oldest stream first. */
  private static final class App {
    private final ScriptedBackend.Conversation conversation;
    private final AtomicInteger asked;
    private final Map<Integer, Integer> windows = new LinkedHashMap<>();
    private int window = FIRST_WINDOW;
    private int firstWindow = FIRST_WINDOW;

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

  /** An app that is there and takes no connection, as its queue is full. */
  private static final class FullApp implements AutoCloseable {
    private final ServerSocket listener;
    private final List<Socket> queued = new ArrayList<>();

    private FullApp() throws IOException {
      listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      try {
        while (true) {
          Socket next = new Socket();
          queued.add(next);
          next.connect(listener.getLocalSocketAddress(), 200);
        }
      } catch (SocketTimeoutException e) {
        // Now it is.
      }
    }

    @Override
    public void close() throws IOException {
      for (Socket socket : queued) {
        socket.close();
      }
      listener.close();
    }
  }

  /** A client that uploads as fast as the windows let it. */
  private static final class Uploads {
    private final RawHttp2 client;
    private int window = FIRST_WINDOW;

    private Uploads(RawHttp2 client) {
      this.client = client;
    }

    private void begin(int stream, String host) {
      client.frame(HEADERS, END_HEADERS, stream, RawHttp2.request(host, "/"));
    }

    private void send(int stream, int flags, String payload) {
      while (window < payload.length()) {
        RawHttp2.Frame update =
            client.read(frame -> frame.type() == WINDOW_UPDATE && frame.stream() == 0);
        assertThat(update.isEnd()).isFalse();
        window += ByteBuffer.wrap(update.payload().getBytes(ISO_8859_1)).getInt();
      }
      window -= payload.length();
      client.frame(DATA, flags, stream, payload);
    }
  }

  @Test
  void uploadsThatNoAppTakesStopNoOther() throws IOException {
    try (FullApp full = new FullApp();
        RouterFixture router = waiting(full);
        RawHttp2 client = RawHttp2.open(router.address())) {
      router.serve("app.test", ScriptedBackend.saying("hello"));
      Uploads uploads = new Uploads(client);
      for (int i = 0; i < STREAMS; i++) {
        uploads.begin(2 * i + 1, "full.test");
        // As much as its window lets it.
        for (int left = FIRST_WINDOW; left > 0; left -= FRAME) {
          uploads.send(2 * i + 1, 0, "x".repeat(Math.min(FRAME, left)));
        }
      }
      uploads.begin(2 * STREAMS + 1, "app.test");
      uploads.send(2 * STREAMS + 1, END_STREAM, "x".repeat(FRAME));
      assertThat(client.read(DATA).payload()).isEqualTo("hello");
    }
  }

  @Test
  void aBodyThatWaitsHoldsNoMoreThanItself() throws IOException {
    try (FullApp full = new FullApp();
        RouterFixture router = waiting(full);
        RawHttp2 client = RawHttp2.open(router.address())) {
      router.serve("app.test", ScriptedBackend.saying("hello"));
      Uploads uploads = new Uploads(client.frame(WINDOW_UPDATE, 0, 0, number(1 << 30)));
      uploads.begin(1, "full.test");
      long before = directMemory();
      for (int i = 0; i < 3000; i++) {
        uploads.send(1, 0, "x");
        // Comes with it, and is gone at once.
        uploads.begin(2 * i + 3, "none.test");
        uploads.send(2 * i + 3, END_STREAM, "x".repeat(FRAME));
      }
      uploads.begin(7001, "app.test");
      uploads.send(7001, END_STREAM, "");
      assertThat(client.read(frame -> frame.payload().equals("hello")).isEnd()).isFalse();
      assertThat(directMemory() - before).isLessThan(MOST_MEMORY);
    }
  }

  private static long directMemory() {
    return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
  }

  private static RouterFixture waiting(FullApp full) {
    BackendPool.Config patient =
        new BackendPool.Config(Duration.ofSeconds(60), Duration.ofSeconds(4), 1);
    RouterFixture router = new RouterFixture(config -> config.backends(patient, 0));
    router.register(
        RouterRegister.component(
            "full", "127.0.0.1", full.listener.getLocalPort(), List.of("full.test")));
    return router;
  }
}
