package bellows.dea.activator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FirstBytesTest {
  private static FirstBytes of(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return FirstBytes.of(bytes, bytes.length);
  }

  @Test
  void namesTheRequestWithoutWhatMayBeSecret() {
    FirstBytes first =
        of("GET /cart?token=secret HTTP/1.1\r\nHost: shop\r\nUser-Agent: curl/8\r\n\r\n");
    assertThat(first).isEqualTo(new FirstBytes(true, "GET /cart", "curl/8"));
    assertThat(of("POST / HTTP/1.0\r\n\r\nuser-agent: body").client()).isNull();
  }

  @Test
  void keepsTerminalsSafeFromStrangers() {
    assertThat(of("GET / HTTP/1.1\r\nUser-Agent: \u001b[31mred\r\n").client())
        .isEqualTo("?[31mred");
    assertThat(of("GET /" + "a".repeat(500) + " HTTP/1.1\r\n").request()).hasSizeLessThan(210);
  }

  @Test
  void takesOnlyHttpForHttp() {
    assertThat(of("\u0016\u0003\u0001\u0002").http()).isFalse();
    assertThat(of("PRI * HTTP/2.0\r\n\r\n").http()).isFalse();
    assertThat(of("hello\r\n").http()).isFalse();
    assertThat(of("\r\n")).isEqualTo(new FirstBytes(true, null, null));
    assertThat(of("\r\nGET / HTTP/1.1\r\n").request()).isEqualTo("GET /");
  }
}
