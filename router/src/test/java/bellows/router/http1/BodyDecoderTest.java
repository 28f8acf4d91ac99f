package bellows.router.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BodyDecoderTest {
  private final BodyDecoder decoder = new BodyDecoder();
  private final StringBuilder data = new StringBuilder();

  private ByteBuf feed(String input) {
    ByteBuf in = Unpooled.copiedBuffer(input, StandardCharsets.ISO_8859_1);
    for (int bytes = decoder.available(in); bytes > 0; bytes = decoder.available(in)) {
      data.append(in.readCharSequence(bytes, StandardCharsets.ISO_8859_1));
      decoder.took(bytes);
    }
    return in;
  }

  @Test
  void readsTheSameWhereverTheInputIsCut() {
    String body = "5;ext=\"v\"\r\nhello\r\n0A\r\n, world!!!\r\n0\r\nX-Sum: 1\r\nY: \r\n\r\n";
    for (int first = 0; first <= body.length(); first++) {
      for (int second = first; second <= body.length(); second++) {
        data.setLength(0);
        decoder.chunked();
        feed(body.substring(0, first));
        feed(body.substring(first, second));
        feed(body.substring(second));
        assertThat(decoder.isEnded()).isTrue();
        assertThat(data.toString()).isEqualTo("hello, world!!!");
      }
    }
  }

  @Test
  void leavesWhatComesAfterTheBody() {
    decoder.chunked();
    assertThat(feed("1\r\na\r\n0\r\n\r\nGET").readableBytes()).isEqualTo(3);
    decoder.length(2);
    assertThat(feed("abGET").readableBytes()).isEqualTo(3);
    assertThat(data.toString()).isEqualTo("aab");
  }

  @Test
  void anEmptyBodyIsOverAtOnce() {
    decoder.none();
    assertThat(decoder.isEnded()).isTrue();
    assertThat(feed("GET").readableBytes()).isEqualTo(3);
  }

  @Test
  void aBodyThatEndsWithItsConnectionNeverEndsByItself() {
    decoder.untilClose();
    feed("a".repeat(100_000));
    assertThat(data).hasSize(100_000);
    assertThat(decoder.isEnded()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"g\r\n", "\r\n", ";x\r\n", "5\n", "5 \r\n", "5\r\nhelloX", "5\r\nhello\rX"})
  void noticesABadChunkAtOnceAndForGood(String bad) {
    decoder.chunked();
    feed(bad);
    assertThat(decoder.flaw()).isEqualTo(Flaw.CHUNK);
    feed("0\r\n\r\n");
    assertThat(decoder.isEnded()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"7fffffffffffff, 7fffffffffffff", "FFFFFFFFFFFFFFF, fffffffffffffff"})
  void readsSizesThatFitALong(String size, String same) {
    decoder.chunked();
    feed(size + "\r\nx");
    assertThat(decoder.flaw()).isNull();
    assertThat(data.toString()).isEqualTo("x");
    assertThat(Long.parseLong(same, 16)).isPositive();
  }
}
