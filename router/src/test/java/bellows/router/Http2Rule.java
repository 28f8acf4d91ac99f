package bellows.router;

import static bellows.router.testing.RawHttp2.DATA;
import static bellows.router.testing.RawHttp2.END_STREAM;
import static bellows.router.testing.RawHttp2.GOAWAY;
import static bellows.router.testing.RawHttp2.HEADERS;
import static bellows.router.testing.RawHttp2.RST_STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import bellows.router.testing.RawHttp2;
import bellows.router.testing.RawHttp2.Frame;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One rule of HTTP/2.
 *
 * @param section where the RFC says so, and the numbers of the cases of h2spec that ask for it:
 *     9113 unless it begins with another number
 * @param sent after the preface
 * @param reaction what comes of it; fails when something else does
 */
record Http2Rule(
    String section, String name, Consumer<RawHttp2> sent, Consumer<RawHttp2> reaction) {
  static final int PROTOCOL_ERROR = 1;
  static final int FLOW_CONTROL_ERROR = 3;
  static final int STREAM_CLOSED = 5;
  static final int FRAME_SIZE_ERROR = 6;
  static final int REFUSED_STREAM = 7;
  static final int COMPRESSION_ERROR = 9;
  static final int ENHANCE_YOUR_CALM = 11;

  /** An app that answers {@link #BODY}. */
  static final String APP = "app.test";

  /** An app that reads what comes and does not answer. */
  static final String SILENT = "silent.test";

  static final String BODY = "hello";

  /** Beyond all streams of the rules. */
  private static final int PROBE = 1001;

  @Override
  public String toString() {
    return section + ": " + name;
  }

  static Http2Rule rule(
      String section, String name, Consumer<RawHttp2> sent, Consumer<RawHttp2> reaction) {
    return new Http2Rule(section, name, sent, reaction);
  }

  /** A rule for a single frame. */
  static Http2Rule frame(
      String section,
      String name,
      int type,
      int flags,
      int stream,
      String payload,
      Consumer<RawHttp2> reaction) {
    return rule(section, name, client -> client.frame(type, flags, stream, payload), reaction);
  }

  /** GOAWAY with one of these codes, and the end of the connection. */
  static Consumer<RawHttp2> connectionError(Integer... codes) {
    return client -> {
      Frame end = end(client);
      assertThat(end.type()).as("GOAWAY").isEqualTo(GOAWAY);
      assertThat(end.errorCode()).isIn((Object[]) codes);
      assertThat(client.read(frame -> false).isEnd()).as("closed").isTrue();
    };
  }

  /** RST_STREAM with this code, and no harm to others. */
  static Consumer<RawHttp2> streamError(int stream, int code) {
    return client -> {
      Frame end = end(client);
      assertThat(end.type()).as("RST_STREAM").isEqualTo(RST_STREAM);
      assertThat(end.stream()).isEqualTo(stream);
      assertThat(end.errorCode()).isEqualTo(code);
      answers().accept(client);
    };
  }

  private static Frame end(RawHttp2 client) {
    return client.read(frame -> frame.type() == RST_STREAM || frame.type() == GOAWAY);
  }

  /** The app answers these streams and whatever comes after. */
  static Consumer<RawHttp2> answers(Integer... streams) {
    return client -> {
      client.get(PROBE, APP);
      Set<Integer> waiting = new HashSet<>(Arrays.asList(streams));
      waiting.add(PROBE);
      while (!waiting.isEmpty()) {
        Frame frame = client.read();
        assertThat(frame.isEnd()).as("connection closed").isFalse();
        assertThat(frame.type()).as("%s", frame).isNotIn(RST_STREAM, GOAWAY);
        if ((frame.flags() & END_STREAM) != 0
            && (frame.type() == DATA || frame.type() == HEADERS)) {
          assertThat(waiting.remove(frame.stream())).as("%s", frame).isTrue();
          assertThat(frame.payload()).isEqualTo(BODY);
        }
      }
    };
  }

  /** It does not matter. */
  static Consumer<RawHttp2> ignored() {
    return answers();
  }

  /** This frame comes before any other of its type. */
  static Consumer<RawHttp2> sends(Frame frame) {
    return client -> assertThat(client.read(frame.type())).isEqualTo(frame);
  }

  /** The router answers itself, with this in the head. */
  static Consumer<RawHttp2> says(String piece) {
    return client -> assertThat(client.read(HEADERS).payload()).contains(piece);
  }

  static List<Http2Rule> all() {
    return List.of(
            Http2UsualRules.ALL,
            Http2FrameRules.ALL,
            Http2StreamRules.ALL,
            Http2HeadRules.ALL,
            HpackRules.ALL)
        .stream()
        .flatMap(List::stream)
        .toList();
  }
}
