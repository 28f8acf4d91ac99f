package bellows.router;

import static bellows.router.testing.RawHttp2.ACK;
import static bellows.router.testing.RawHttp2.CONTINUATION;
import static bellows.router.testing.RawHttp2.DATA;
import static bellows.router.testing.RawHttp2.END_HEADERS;
import static bellows.router.testing.RawHttp2.END_STREAM;
import static bellows.router.testing.RawHttp2.GOAWAY;
import static bellows.router.testing.RawHttp2.HEADERS;
import static bellows.router.testing.RawHttp2.PADDED;
import static bellows.router.testing.RawHttp2.PING;
import static bellows.router.testing.RawHttp2.PRIORITY;
import static bellows.router.testing.RawHttp2.PUSH_PROMISE;
import static bellows.router.testing.RawHttp2.RST_STREAM;
import static bellows.router.testing.RawHttp2.SETTINGS;
import static bellows.router.testing.RawHttp2.WINDOW_UPDATE;
import static bellows.router.testing.RawHttp2.WITH_PRIORITY;
import static bellows.router.testing.RawHttp2.block;
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
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What RFC 9113 forbids ends the stream or the connection, and no app ever sees it. */
class StrictFramesTest {
  private static final int PROTOCOL_ERROR = 1;
  private static final int FLOW_CONTROL_ERROR = 3;
  private static final int STREAM_CLOSED = 5;
  private static final int FRAME_SIZE_ERROR = 6;
  private static final int COMPRESSION_ERROR = 9;
  private static final int ENHANCE_YOUR_CALM = 11;
  private static final int ALL = END_HEADERS | END_STREAM;

  private static RouterFixture router;
  private static ScriptedBackend app;

  @BeforeAll
  static void start() {
    router = new RouterFixture();
    app = router.serve("app.test", ScriptedBackend.saying("hello"));
  }

  @AfterAll
  static void stop() {
    router.close();
  }

  /** What is sent, and with which error it ends; the block of a malformed head, else empty. */
  record Case(String name, Consumer<RawHttp2> sent, int error, String block) {
    Case(String name, Consumer<RawHttp2> sent, int error) {
      this(name, sent, error, "");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Case frame(
      String name, int error, int type, int flags, int stream, String payload) {
    return new Case(name, client -> client.frame(type, flags, stream, payload), error);
  }

  private static Case head(String name, String block) {
    return new Case(name, client -> client.frame(HEADERS, ALL, 1, block), PROTOCOL_ERROR, block);
  }

  /** The field blocks of {@link #malformedRequests}. */
  static Stream<String> malformedHeads() {
    return malformedRequests().stream().map(Case::block);
  }

  private static Case field(String name, String field, String value) {
    return head(name, request("app.test", "/", field, value));
  }

  static List<Case> malformedRequests() {
    return List.of(
        field("upper case", "X-Test", "1"),
        field("upper case within", "x-tesT", "1"),
        field("empty name", "", "1"),
        field("blank in a name", "x test", "1"),
        field("colon in a name", "x:test", "1"),
        field("line feed in a name", "x\ntest", "1"),
        field("line feed in a value", "x-test", "1\nx-other: 2"),
        field("carriage return in a value", "x-test", "1\r\nx-other: 2"),
        field("bare carriage return in a value", "x-test", "1\rx"),
        field("NUL in a value", "x-test", "1\u0000"),
        field("blank before a value", "x-test", " 1"),
        field("blank after a value", "x-test", "1 "),
        field("connection", "connection", "close"),
        field("keep-alive", "keep-alive", "timeout=5"),
        field("proxy-connection", "proxy-connection", "close"),
        field("transfer-encoding", "transfer-encoding", "chunked"),
        field("upgrade", "upgrade", "websocket"),
        field("te", "te", "gzip"),
        field("another host", "host", "other.test"),
        field("unknown pseudo-header", ":other", "1"),
        field("pseudo-header of responses", ":status", "200"),
        field("second method", ":method", "POST"),
        field("second path", ":path", "/other"),
        field("second scheme", ":scheme", "https"),
        field("second authority", ":authority", "other.test"),
        field("length of a body that is not there", "content-length", "5"),
        head(
            "pseudo-header after a field",
            block(":method", "GET", ":scheme", "http", "x-test", "1", ":path", "/")),
        head("no method", block(":scheme", "http", ":path", "/", ":authority", "app.test")),
        head("no scheme", block(":method", "GET", ":path", "/", ":authority", "app.test")),
        head("no path", block(":method", "GET", ":scheme", "http", ":authority", "app.test")),
        head("empty path", request("app.test", "")),
        head("path with a scheme", request("app.test", "http://other.test/")),
        head("path with a blank", request("app.test", "/a HTTP/1.1")),
        head("path with a line feed", request("app.test", "/a\r\nX: 1")),
        head("path with a fragment", request("app.test", "/a#b")),
        head("path that is a name", request("app.test", "a")),
        head(
            "method with a blank",
            block(":method", "GET /", ":scheme", "http", ":path", "/", ":authority", "app.test")),
        head(
            "other scheme",
            block(":method", "GET", ":scheme", "ftp", ":path", "/", ":authority", "app.test")),
        head("authority with a line feed", request("app.test\r\nX: 1", "/")),
        head("tunnel to anywhere", block(":method", "CONNECT", ":authority", "app.test:80")));
  }

  static List<Case> malformedFrames() {
    String big = "x".repeat(16_385);
    return List.of(
        frame("DATA on stream 0", PROTOCOL_ERROR, DATA, 0, 0, "x"),
        frame("HEADERS on stream 0", PROTOCOL_ERROR, HEADERS, ALL, 0, request("app.test", "/")),
        frame("HEADERS on an even stream", PROTOCOL_ERROR, HEADERS, ALL, 2, request("a.test", "/")),
        frame("DATA on an idle stream", PROTOCOL_ERROR, DATA, 0, 1, "x"),
        frame("RST_STREAM on an idle stream", PROTOCOL_ERROR, RST_STREAM, 0, 1, number(8)),
        frame("WINDOW_UPDATE on an idle stream", PROTOCOL_ERROR, WINDOW_UPDATE, 0, 1, number(8)),
        frame("CONTINUATION without HEADERS", PROTOCOL_ERROR, CONTINUATION, END_HEADERS, 1, ""),
        frame("PUSH_PROMISE", PROTOCOL_ERROR, PUSH_PROMISE, END_HEADERS, 1, number(2)),
        frame("RST_STREAM on stream 0", PROTOCOL_ERROR, RST_STREAM, 0, 0, number(8)),
        frame("PRIORITY on stream 0", PROTOCOL_ERROR, PRIORITY, 0, 0, number(0) + chars(1)),
        frame("short PRIORITY", FRAME_SIZE_ERROR, PRIORITY, 0, 1, number(0)),
        frame("SETTINGS on a stream", PROTOCOL_ERROR, SETTINGS, 0, 1, ""),
        frame("odd SETTINGS", FRAME_SIZE_ERROR, SETTINGS, 0, 0, "abc"),
        frame("SETTINGS that acknowledge and say", FRAME_SIZE_ERROR, SETTINGS, ACK, 0, "abcdef"),
        frame("push of 2", PROTOCOL_ERROR, SETTINGS, 0, 0, setting(2, 2)),
        frame("window beyond all", FLOW_CONTROL_ERROR, SETTINGS, 0, 0, setting(4, -1)),
        frame("frames too small", PROTOCOL_ERROR, SETTINGS, 0, 0, setting(5, 100)),
        frame("frames too large", PROTOCOL_ERROR, SETTINGS, 0, 0, setting(5, 1 << 24)),
        frame("PING on a stream", PROTOCOL_ERROR, PING, 0, 1, "12345678"),
        frame("short PING", FRAME_SIZE_ERROR, PING, 0, 0, "1234"),
        frame("GOAWAY on a stream", PROTOCOL_ERROR, GOAWAY, 0, 1, number(0) + number(0)),
        frame("WINDOW_UPDATE by nothing", PROTOCOL_ERROR, WINDOW_UPDATE, 0, 0, number(0)),
        frame("short WINDOW_UPDATE", FRAME_SIZE_ERROR, WINDOW_UPDATE, 0, 0, "abc"),
        new Case(
            "window beyond all by updates",
            client ->
                client
                    .frame(WINDOW_UPDATE, 0, 0, number(Integer.MAX_VALUE))
                    .frame(WINDOW_UPDATE, 0, 0, number(Integer.MAX_VALUE)),
            FLOW_CONTROL_ERROR),
        frame("frame beyond the limit", FRAME_SIZE_ERROR, DATA, 0, 1, big),
        frame("garbage for HPACK", COMPRESSION_ERROR, HEADERS, ALL, 1, chars(0xff, 0xff, 0xff)),
        frame(
            "more padding than frame",
            PROTOCOL_ERROR,
            HEADERS,
            ALL | PADDED,
            1,
            chars(200) + request("app.test", "/")),
        frame(
            "stream that depends on itself",
            PROTOCOL_ERROR,
            HEADERS,
            ALL | WITH_PRIORITY,
            1,
            number(1) + chars(1) + request("app.test", "/")),
        new Case(
            "PING within a head",
            client ->
                client
                    .frame(HEADERS, END_STREAM, 1, request("app.test", "/"))
                    .frame(PING, 0, 0, "12345678"),
            PROTOCOL_ERROR),
        new Case(
            "CONTINUATION of another stream",
            client ->
                client
                    .frame(HEADERS, END_STREAM, 1, request("app.test", "/"))
                    .frame(CONTINUATION, END_HEADERS, 3, ""),
            PROTOCOL_ERROR));
  }

  static Stream<Case> allMalformed() {
    return Stream.concat(malformedRequests().stream(), malformedFrames().stream());
  }

  @ParameterizedTest
  @MethodSource("allMalformed")
  void refusesWhatIsMalformed(Case malformed) {
    int before = app.requests().size();
    try (RawHttp2 client = RawHttp2.open(router.address())) {
      malformed.sent().accept(client);
      Frame end = client.read(frame -> frame.type() == RST_STREAM || frame.type() == GOAWAY);
      assertThat(end.isEnd()).isFalse();
      assertThat(end.errorCode()).isEqualTo(malformed.error());
    }
    assertThat(app.requests()).hasSize(before);
  }

  @Test
  void aBadStreamHarmsNoOther() {
    try (RawHttp2 client = RawHttp2.open(router.address())) {
      client.frame(HEADERS, ALL, 1, request("app.test", "/", "X-Upper", "1"));
      assertThat(client.read(RST_STREAM).stream()).isEqualTo(1);
      client.get(3, "app.test");
      assertThat(client.read(DATA)).isEqualTo(new Frame(DATA, END_STREAM, 3, "hello"));
    }
  }

  @Test
  void doesNotReadWhatComesAfterTheEndOfARequest() {
    try (RawHttp2 client = RawHttp2.open(router.address())) {
      client.get(1, "app.test").frame(DATA, END_STREAM, 1, "more");
      Frame end = client.read(frame -> frame.type() == RST_STREAM || frame.type() == GOAWAY);
      assertThat(end.errorCode()).isEqualTo(STREAM_CLOSED);
    }
  }

  @Test
  void refusesABodyOfAnotherLengthThanAnnounced() {
    try (RawHttp2 client = RawHttp2.open(router.address())) {
      client
          .frame(HEADERS, END_HEADERS, 1, request("app.test", "/", "content-length", "3"))
          .frame(DATA, END_STREAM, 1, "four");
      Frame end = client.read(frame -> frame.type() == RST_STREAM || frame.type() == GOAWAY);
      assertThat(end.errorCode()).isEqualTo(PROTOCOL_ERROR);
    }
  }

  @Test
  void refusesMoreStreamsThanAgreed() {
    try (RouterFixture own = new RouterFixture();
        RawHttp2 client = RawHttp2.open(own.address())) {
      own.serve(
          "slow.test",
          new ScriptedBackend(conversation -> {
            conversation.read();
            conversation.in().read();
          }));
      for (int i = 0; i <= 100; i++) {
        client.get(2 * i + 1, "slow.test");
      }
      Frame end = client.read(frame -> frame.type() == RST_STREAM || frame.type() == GOAWAY);
      assertThat(end.stream()).isEqualTo(201);
    }
  }

  @Test
  void answersAHeadOfTooManyFields() {
    StringBuilder fields = new StringBuilder(request("app.test", "/"));
    for (int i = 0; i < 101; i++) {
      fields.append(block("x-" + i, "1"));
    }
    try (RawHttp2 client = RawHttp2.open(router.address())) {
      client.frame(HEADERS, ALL, 1, fields.toString());
      assertThat(client.read(HEADERS).payload()).contains("431");
    }
  }

  static List<Case> floods() {
    return List.of(
        frame("PING", 0, PING, 0, 0, "12345678"),
        frame("SETTINGS", 0, SETTINGS, 0, 0, setting(4, 65_535)),
        frame("SETTINGS ACK", 0, SETTINGS, ACK, 0, ""),
        frame("PRIORITY", 0, PRIORITY, 0, 1, number(0) + chars(1)),
        frame("WINDOW_UPDATE", 0, WINDOW_UPDATE, 0, 0, number(1)),
        frame("unknown", 0, 77, 0, 0, "x"),
        frame("GOAWAY", 0, GOAWAY, 0, 0, number(0) + number(0)));
  }

  @ParameterizedTest
  @MethodSource("floods")
  void endsAConnectionThatIsFloodedWith(Case flood) {
    try (RawHttp2 client = RawHttp2.open(router.address())) {
      for (int i = 0; i < 3000; i++) {
        try {
          flood.sent().accept(client);
        } catch (UncheckedIOException e) {
          break; // it has ended already
        }
      }
      Frame end = client.read(GOAWAY);
      assertThat(end.isEnd() || end.errorCode() == ENHANCE_YOUR_CALM).isTrue();
    }
  }

  @Test
  void endsAConnectionThatResetsWhatItAsksFor() {
    try (RawHttp2 client = RawHttp2.open(router.address())) {
      for (int stream = 1; stream < 2000; stream += 2) {
        try {
          client.get(stream, "app.test").frame(RST_STREAM, 0, stream, number(8));
        } catch (UncheckedIOException e) {
          break; // it has ended already
        }
      }
      Frame end = client.read(GOAWAY);
      assertThat(end.isEnd() || end.errorCode() == ENHANCE_YOUR_CALM).isTrue();
    }
  }

  @Test
  void endsAHeadWithoutEnd() {
    try (RawHttp2 client = RawHttp2.open(router.address())) {
      client.frame(HEADERS, END_STREAM, 1, request("app.test", "/"));
      for (int i = 0; i < 1000; i++) {
        try {
          client.frame(CONTINUATION, 0, 1, "");
        } catch (UncheckedIOException e) {
          break; // it has ended already
        }
      }
      Frame end = client.read(GOAWAY);
      assertThat(end.isEnd() || end.errorCode() == ENHANCE_YOUR_CALM).isTrue();
    }
  }

  @Test
  void doesNotUnpackAHeadBeyondTheLimit() {
    // One field of 4,000 bytes, indexed, then named again and again by one byte each.
    String indexed = chars(0x40) + chars(1) + "a" + chars(127, 161, 30) + "x".repeat(4000);
    String bomb = request("app.test", "/") + indexed + chars(0xbe).repeat(8000);
    try (RawHttp2 client = RawHttp2.open(router.address())) {
      client.frame(HEADERS, ALL, 1, bomb);
      Frame end =
          client.read(frame ->
              frame.type() == RST_STREAM
                  || frame.type() == GOAWAY
                  || frame.payload().contains("431"));
      assertThat(end.isEnd()).isFalse();
    }
  }
}
