package bellows.router.pipeline;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import bellows.router.testing.CompactFrames;
import bellows.router.testing.Corpus;
import bellows.router.testing.RawHttp2;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a client sends over a whole connection, it gets well-formed answers, nothing is thrown,
 * and nothing is left behind. Runs as {@code ParsersFuzzTest} does.
 */
class ConnectionsFuzzTest {
  private static final int INTERNAL_ERROR = 2;
  private static final int LARGEST_FRAME = 16_384;

  private static final Pattern HEAD =
      Pattern.compile(
          "HTTP/1\\.[01] [1-5][0-9]{2} [ -~]*+\r\n(?:[!#-'*+.0-9A-Z^-z|~-]++: [^\r\n]*+\r\n)*+\r\n");

  private static final Pattern LENGTH = Pattern.compile("(?i)\ncontent-length: ([0-9]+)\r");

  private static byte[] bytes(String latin1) {
    return latin1.getBytes(ISO_8859_1);
  }

  static Stream<byte[]> http1() {
    return Corpus.withFound(
        "http1Connection",
        Stream.of("requests-refused.txt", "requests-accepted.txt")
            .flatMap(file -> Corpus.read(file).stream())
            .map(ConnectionsFuzzTest::bytes));
  }

  @MethodSource("http1")
  @FuzzTest
  void http1Connection(byte[] input) throws Exception {
    try (LoneConnection connection = new LoneConnection()) {
      connection.receive(input);
      String sent = new String(connection.sent(), ISO_8859_1);
      if (!sent.startsWith("\0")) { // else it has said the preface of HTTP/2
        assertAnswers(sent);
      }
    }
  }

  /** One after the other, each with a whole head and, but for HEAD, a whole body. */
  private static void assertAnswers(String sent) {
    int at = 0;
    while (at < sent.length()) {
      Matcher head = HEAD.matcher(sent).region(at, sent.length());
      assertThat(head.lookingAt()).as("a head: %s", sent.substring(at)).isTrue();
      at = head.end();
      Matcher length = LENGTH.matcher(head.group());
      if (length.find() && !HEAD.matcher(sent).region(at, sent.length()).lookingAt()) {
        at += at == sent.length() ? 0 : Integer.parseInt(length.group(1));
        assertThat(at).as("where the body ends").isLessThanOrEqualTo(sent.length());
      }
    }
  }

  static Stream<byte[]> frames() {
    return Corpus.withFound("http2Frames", handWritten());
  }

  private static Stream<byte[]> handWritten() {
    return Corpus.read("http2-frames.txt").stream().map(ConnectionsFuzzTest::bytes);
  }

  @MethodSource("frames")
  @FuzzTest
  void http2Frames(byte[] input) throws Exception {
    try (LoneConnection connection = new LoneConnection()) {
      connection.receive(bytes(RawHttp2.PREFACE + RawHttp2.bytes(RawHttp2.SETTINGS, 0, 0, "")));
      for (byte[] piece : CompactFrames.read(input)) {
        connection.receive(piece);
      }
      assertWellFormed(ByteBuffer.wrap(connection.sent()));
    }
  }

  static Stream<byte[]> streams() {
    return Corpus.withFound(
        "http2Bytes",
        handWritten()
            .map(frames -> {
              ByteArrayOutputStream whole = new ByteArrayOutputStream();
              whole.writeBytes(bytes(RawHttp2.bytes(RawHttp2.SETTINGS, 0, 0, "")));
              CompactFrames.read(frames).forEach(whole::writeBytes);
              return whole.toByteArray();
            }));
  }

  /** As they come: lengths may lie. */
  @MethodSource("streams")
  @FuzzTest
  void http2Bytes(byte[] input) throws Exception {
    try (LoneConnection connection = new LoneConnection()) {
      connection.receive(bytes(RawHttp2.PREFACE));
      connection.receive(input);
      assertWellFormed(ByteBuffer.wrap(connection.sent()));
    }
  }

  /** By a reader that knows frames and no more; we are never at fault. */
  private static void assertWellFormed(ByteBuffer sent) {
    Set<Integer> ended = new HashSet<>();
    boolean first = true;
    while (sent.hasRemaining()) {
      assertThat(sent.remaining()).as("a whole frame").isGreaterThanOrEqualTo(9);
      int length = (sent.get() & 0xff) << 16 | (sent.getShort() & 0xffff);
      int type = sent.get();
      int flags = sent.get();
      int stream = sent.getInt();
      assertThat(length).isLessThanOrEqualTo(Math.min(LARGEST_FRAME, sent.remaining()));
      ByteBuffer payload = sent.slice(sent.position(), length);
      sent.position(sent.position() + length);
      assertThat(type).isBetween(0, 9);
      assertThat(first).isEqualTo(type == RawHttp2.SETTINGS && first);
      first = false;
      switch (type) {
        case RawHttp2.DATA, RawHttp2.HEADERS -> {
          assertThat(stream & 1).isEqualTo(1);
          assertThat(ended).doesNotContain(stream);
          if ((flags & RawHttp2.END_STREAM) != 0) {
            ended.add(stream);
          }
        }
        case RawHttp2.RST_STREAM -> {
          ended.add(stream);
          assertThat(payload.getInt()).isNotEqualTo(INTERNAL_ERROR);
        }
        case RawHttp2.GOAWAY -> assertThat(payload.getInt(4)).isNotEqualTo(INTERNAL_ERROR);
        default -> assertThat(stream).isZero();
      }
    }
  }
}
