package bellows.router;

import static bellows.router.testing.RawHttp2.ACK;
import static bellows.router.testing.RawHttp2.CONTINUATION;
import static bellows.router.testing.RawHttp2.DATA;
import static bellows.router.testing.RawHttp2.END_HEADERS;
import static bellows.router.testing.RawHttp2.END_STREAM;
import static bellows.router.testing.RawHttp2.GOAWAY;
import static bellows.router.testing.RawHttp2.HEADERS;
import static bellows.router.testing.RawHttp2.PING;
import static bellows.router.testing.RawHttp2.PRIORITY;
import static bellows.router.testing.RawHttp2.RST_STREAM;
import static bellows.router.testing.RawHttp2.SETTINGS;
import static bellows.router.testing.RawHttp2.WINDOW_UPDATE;
import static bellows.router.testing.RawHttp2.bytes;
import static bellows.router.testing.RawHttp2.chars;
import static bellows.router.testing.RawHttp2.number;
import static bellows.router.testing.RawHttp2.request;
import static bellows.router.testing.RawHttp2.setting;
import static org.assertj.core.api.Assertions.assertThat;

import bellows.router.testing.RawHttp2;
import bellows.router.testing.RawHttp2.Frame;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A client that floods us with frames is sent away before it has cost much of our loops' time. */
class FloodCostTest {
  private static final Duration MOST = Duration.ofMillis(10);

  /** The first ones pay for the compiler. */
  private static final int WARM_UP = 50;

  private static final int ATTACKS = 20;
  private static final int FRAMES = 5000;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static RouterFixture router;

  @BeforeAll
  static void start() {
    router = new RouterFixture();
    router.serve("app.test", ScriptedBackend.saying("hello"));
  }

  @AfterAll
  static void stop() {
    router.close();
  }

  /** What is sent first, and then again and again. */
  record Flood(String name, String first, String piece, boolean counted) {
    @Override
    public String toString() {
      return name;
    }

    /** The whole attack; a stream of its own in each piece that is a request. */
    String text() {
      StringBuilder text = new StringBuilder(first);
      for (int i = 0; i < FRAMES; i++) {
        text.append(counted ? resetRequest(2 * i + 1) : piece);
      }
      return text.toString();
    }

    private static String resetRequest(int stream) {
      return bytes(HEADERS, END_HEADERS | END_STREAM, stream, request("app.test", "/"))
          + bytes(RST_STREAM, 0, stream, number(8));
    }
  }

  static List<Flood> floods() {
    String open = bytes(HEADERS, END_HEADERS, 1, request("app.test", "/"));
    return List.of(
        new Flood("rapid reset", "", "", true),
        new Flood(
            "CONTINUATION",
            bytes(HEADERS, END_STREAM, 1, request("app.test", "/")),
            bytes(CONTINUATION, 0, 1, ""),
            false),
        new Flood("SETTINGS", "", bytes(SETTINGS, 0, 0, setting(4, 65_535)), false),
        new Flood("SETTINGS ACK", "", bytes(SETTINGS, ACK, 0, ""), false),
        new Flood("PING", "", bytes(PING, 0, 0, "12345678"), false),
        new Flood("PRIORITY", "", bytes(PRIORITY, 0, 1, number(0) + chars(1)), false),
        new Flood("empty DATA", open, bytes(DATA, 0, 1, ""), false),
        new Flood("WINDOW_UPDATE", "", bytes(WINDOW_UPDATE, 0, 0, number(1)), false),
        new Flood("unknown frames", "", bytes(77, 0, 0, "x"), false),
        new Flood("GOAWAY", "", bytes(GOAWAY, 0, 0, number(0) + number(0)), false));
  }

  @ParameterizedTest
  @MethodSource("floods")
  void costsLittle(Flood flood) {
    String text = flood.text();
    for (int i = 0; i < WARM_UP; i++) {
      attack(text);
    }
    long[] nanos = new long[ATTACKS];
    for (int i = 0; i < ATTACKS; i++) {
      long before = loopNanos();
      attack(text);
      nanos[i] = loopNanos() - before;
    }
    Arrays.sort(nanos);
    // What else the machine does can only add to it.
    assertThat(Duration.ofNanos(nanos[0])).isLessThan(MOST);
  }

  /** Sends it all, whatever is answered, and waits for the end. */
  private static void attack(String text) {
    try (RawHttp2 client = RawHttp2.open(router.address())) {
      try {
        client.raw(text);
      } catch (UncheckedIOException e) {
        // it has ended already
      }
      Frame end = client.read(GOAWAY);
      // What was still under way may have had a reset overtake the GOAWAY.
      assertThat(end.isEnd() || end.errorCode() == Http2Rule.ENHANCE_YOUR_CALM).isTrue();
      client.read(frame -> false);
    }
  }

  private static long loopNanos() {
    long sum = 0;
    for (long id : THREADS.getAllThreadIds()) {
      var info = THREADS.getThreadInfo(id);
      if (info != null && info.getThreadName().startsWith("router-")) {
        sum += Math.max(0, THREADS.getThreadCpuTime(id));
      }
    }
    return sum;
  }
}
