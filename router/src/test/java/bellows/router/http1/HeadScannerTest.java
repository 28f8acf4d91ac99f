package bellows.router.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HeadScannerTest {
  private final HeadScanner scanner = new HeadScanner();

  private static ByteBuf buffer(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  @Test
  void findsTheEndHoweverTheHeadTricklesIn() {
    String head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    ByteBuf in = Unpooled.buffer();
    for (int i = 0; i < head.length() - 1; i++) {
      in.writeByte(head.charAt(i));
      assertThat(scanner.find(in)).isEqualTo(HeadScanner.INCOMPLETE);
      assertThat(scanner.inStartLine()).isEqualTo(i < 15);
    }
    in.writeBytes(buffer("\nbody"));
    assertThat(scanner.find(in)).isEqualTo(head.length());
  }

  @Test
  void tellsAnEmptyLineInFrontAndABareLineFeed() {
    assertThat(scanner.find(buffer("\r\nGET / HTTP/1.1\r\n\r\n"))).isEqualTo(2);
    scanner.reset();
    assertThat(scanner.find(buffer("GET / HTTP/1.1\r\nHost: a\n\r\n")))
        .isEqualTo(HeadScanner.MALFORMED);
  }
}
