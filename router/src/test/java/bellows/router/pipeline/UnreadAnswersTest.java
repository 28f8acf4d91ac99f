package bellows.router.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.router.testing.RawHttp2;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client that says much over HTTP/2 and never reads what is answered. */
class UnreadAnswersTest {
  private static final String PING = RawHttp2.bytes(RawHttp2.PING, 0, 0, "12345678");
  private static final int EACH_TICK = 40;
  private static final int TICKS = 1000;
  private static final int MOST_UNREAD = 2 * 1024 * 1024;

  private final LoneConnection connection = new LoneConnection();

  @BeforeEach
  void begin() throws Exception {
    send(RawHttp2.PREFACE + RawHttp2.bytes(RawHttp2.SETTINGS, 0, 0, ""));
  }

  @AfterEach
  void close() {
    connection.close();
  }

  private void send(String latin1) throws Exception {
    connection.receive(latin1.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** As many as are borne for ever. */
  private void pings() throws Exception {
    send(PING.repeat(EACH_TICK));
    connection.tick();
  }

  @Test
  void isSentAwayBeforeTheyFillTheMemory() throws Exception {
    connection.stopReading();
    for (int i = 0; i < TICKS && connection.isOpen(); i++) {
      pings();
      assertThat(connection.unread()).isLessThan(MOST_UNREAD);
    }
    assertThat(connection.isOpen()).isFalse();
    assertThat(connection.counters().floods()).isEqualTo(1);
  }

  @Test
  void staysWhenItReads() throws Exception {
    for (int i = 0; i < TICKS; i++) {
      pings();
    }
    assertThat(connection.isOpen()).isTrue();
    assertThat(connection.counters().floods()).isZero();
    assertThat(connection.sent()).hasSizeGreaterThan(TICKS * EACH_TICK * PING.length());
  }

  @Test
  void isSentAwayWhenItSaysMoreThanItMay() throws Exception {
    for (int i = 0; i < TICKS; i++) {
      pings();
      send(PING.repeat(EACH_TICK));
    }
    assertThat(connection.counters().floods()).isEqualTo(1);
  }
}
