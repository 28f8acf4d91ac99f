package bellows.router;

import static bellows.router.testing.RawHttp2.END_HEADERS;
import static bellows.router.testing.RawHttp2.END_STREAM;
import static bellows.router.testing.RawHttp2.HEADERS;
import static bellows.router.testing.RawHttp2.RST_STREAM;
import static bellows.router.testing.RawHttp2.SETTINGS;
import static bellows.router.testing.RawHttp2.block;
import static bellows.router.testing.RawHttp2.bytes;
import static bellows.router.testing.RawHttp2.number;
import static bellows.router.testing.RawHttp2.setting;
import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.router.pipeline.Timeouts;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Apps that speak HTTP/2 badly, or not for long. */
class Http2BackendTest {
  private static final int PREFACE_BYTES = 24;
  private static final int MAX_CONCURRENT_STREAMS = 3;
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
    router = new RouterFixture(config -> config.loops(1, null));
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
  void repeatsARefusedRequestThatChangesSomething() {
    AtomicInteger asked = new AtomicInteger();
    try (ScriptedBackend app = serve(refusingFirst(asked));
        RawClient client = router.client()) {
      client.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 0\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(200);
      assertThat(asked.get()).isEqualTo(2);
      assertThat(app.connections()).isEqualTo(1);
    }
  }

  @Test
  void doesNotRepeatARefusedRequestWhoseBodyIsGone() {
    AtomicInteger asked = new AtomicInteger();
    try (ScriptedBackend app = serve(refusingFirst(asked));
        RawClient client = router.client()) {
      client.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\n\r\nhello");
      RawClient.Response response = client.read();
      assertThat(response.status()).isEqualTo(502);
      assertThat(response.header("X-Cf-RouterError")).contains("stream refused");
      assertThat(asked.get()).isEqualTo(1);
      assertThat(app.connections()).isEqualTo(1);
    }
  }

  private static Answer refusingFirst(AtomicInteger asked) {
    return (connection, stream) ->
        asked.incrementAndGet() == 1
            ? bytes(RST_STREAM, 0, stream, number(REFUSED_STREAM))
            : bytes(HEADERS, ALL, stream, OK);
  }

  @Test
  void neverSendsMoreAtOnceThanTheAppTakes() throws Exception {
    AtomicInteger most = new AtomicInteger();
    try (ScriptedBackend app = new ScriptedBackend(conversation -> takeTwo(conversation, most))) {
      router.serveHttp2("app.test", app.port());
      List<Future<Integer>> answers = new ArrayList<>();
      try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 12; i++) {
          answers.add(
              clients.submit(() -> {
                try (RawClient client = router.client()) {
                  client.send(
                      "POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\n\r\nhello");
                  return client.read().status();
                }
              }));
        }
      }
      for (Future<Integer> answer : answers) {
        assertThat(answer.get()).isEqualTo(200);
      }
      assertThat(most.get()).isEqualTo(2);
    }
  }

  /** Says late how many streams it takes, and answers each after a while. */
  private static void takeTwo(ScriptedBackend.Conversation conversation, AtomicInteger most)
      throws IOException {
    AtomicInteger open = new AtomicInteger();
    Object sending = new Object();
    DataInputStream in = new DataInputStream(conversation.in());
    in.skipNBytes(PREFACE_BYTES);
    int first = nextRequest(in);
    pause();
    conversation.send(bytes(SETTINGS, 0, 0, setting(MAX_CONCURRENT_STREAMS, 2)));
    for (int stream = first; ; stream = nextRequest(in)) {
      int answered = stream;
      most.accumulateAndGet(open.incrementAndGet(), Math::max);
      Thread.ofVirtual()
          .start(() -> {
            pause();
            synchronized (sending) {
              open.decrementAndGet();
              try {
                conversation.send(bytes(HEADERS, ALL, answered, OK));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }
          });
    }
  }

  private static void pause() {
    LockSupport.parkNanos(50_000_000);
  }

  @Test
  void letsThoseThatWaitForALostConnectionTryAgain() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    try (ScriptedBackend app =
        new ScriptedBackend(conversation -> {
          int connection = connections.incrementAndGet();
          DataInputStream in = new DataInputStream(conversation.in());
          in.skipNBytes(PREFACE_BYTES);
          int stream = nextRequest(in);
          if (connection == 1) {
            awaitQuietly(waiting);
            return; // before it has said anything
          }
          conversation.send(bytes(SETTINGS, 0, 0, ""));
          for (; ; stream = nextRequest(in)) {
            conversation.send(bytes(HEADERS, ALL, stream, OK));
          }
        })) {
      router.serveHttp2("app.test", app.port());
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        clients.add(router.client().get("app.test", "/"));
      }
      try (RawClient last = router.client()) {
        // Answered by the only event loop after it has read all the others.
        last.get("unknown.test", "/").read();
      }
      waiting.countDown();
      for (RawClient client : clients) {
        assertThat(client.read().status()).isEqualTo(200);
        client.close();
      }
      assertThat(app.connections()).isEqualTo(2);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void leavesAConnectionOnWhichNoAnswerCame() {
    Timeouts impatient =
        new Timeouts(
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofMillis(300),
            Duration.ofSeconds(1));
    try (RouterFixture own = new RouterFixture(c -> c.loops(1, null).timeouts(impatient));
        ScriptedBackend app =
            new ScriptedBackend(conversation -> {
              int connection = connections.incrementAndGet();
              DataInputStream in = new DataInputStream(conversation.in());
              in.skipNBytes(PREFACE_BYTES);
              conversation.send(bytes(SETTINGS, 0, 0, ""));
              while (true) {
                int stream = nextRequest(in);
                if (connection > 1) {
                  conversation.send(bytes(HEADERS, ALL, stream, OK));
                }
              }
            });
        RawClient client = own.client()) {
      own.serveHttp2("app.test", app.port());
      assertThat(client.get("app.test", "/").read().status()).isEqualTo(504);
      assertThat(client.get("app.test", "/").read().status()).isEqualTo(200);
      Eventually.until("the silent one is closed", () -> app.openConnections() == 1);
    }
  }

  @Test
  void closesAConnectionThatNobodyWillUseAlthoughNoClientIsThere() {
    try (ScriptedBackend app = serve((connection, stream) -> bytes(HEADERS, ALL, stream, OK))) {
      assertThat(get().status()).isEqualTo(200);
      // The client is gone; long enough for whoever watches only clients to stop watching.
      LockSupport.parkNanos(500_000_000);
      router.unregister(RouterFixture.http2("app.test", app.port()));
      Eventually.until("it is closed", () -> app.openConnections() == 0);
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
