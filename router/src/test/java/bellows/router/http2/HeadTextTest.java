package bellows.router.http2;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.router.http1.AsciiWriter;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class HeadTextTest {
  private static final RandomGenerator NONE =
      () -> {
        throw new AssertionError("nothing random is needed");
      };

  private final AsciiWriter out = new AsciiWriter(1024);

  private static Http2Headers request() {
    return new DefaultHttp2Headers(false)
        .method("GET")
        .scheme("https")
        .authority("app.test")
        .path("/");
  }

  private static Http2Headers webSocket() {
    return request().method("CONNECT").add(":protocol", "websocket");
  }

  private String text() {
    return new String(out.bytes(), 0, out.length(), StandardCharsets.US_ASCII);
  }

  private String key(long seed) {
    out.clear();
    assertThat(HeadText.writeRequest(out, webSocket(), false, new SplittableRandom(seed))).isTrue();
    return text().replaceAll("(?s).*Sec-WebSocket-Key: ([^\r]*)\r\n.*", "$1");
  }

  @Test
  void makesAKeyForAWebSocketOnly() {
    assertThat(HeadText.writeRequest(out, request(), true, NONE)).isTrue();
    assertThat(text()).isEqualTo("GET / HTTP/1.1\r\nHost: app.test\r\n\r\n");
    assertThat(Base64.getDecoder().decode(key(1))).hasSize(16);
    assertThat(key(1)).isNotEqualTo(key(2));
  }

  @Test
  void refusesAPseudoFieldThatComesTwice() {
    assertThat(HeadText.writeRequest(out, request().add(":path", "/b"), true, NONE)).isFalse();
    assertThat(HeadText.writeRequest(out, request().add(":authority", "app.test"), true, NONE))
        .isFalse();
  }

  @Test
  void refusesPseudoFieldsOfTheOtherSide() {
    assertThat(HeadText.writeRequest(out, request().add(":status", "200"), true, NONE)).isFalse();
    Http2Headers response = new DefaultHttp2Headers(false).status("200");
    assertThat(HeadText.writeResponse(out, response, true)).isTrue();
    assertThat(HeadText.writeResponse(out, response.add(":authority", "app.test"), true)).isFalse();
  }
}
