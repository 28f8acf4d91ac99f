package bellows.router.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KnockTest {
  private static final Duration HOLD = Duration.ofSeconds(65);

  private final AtomicInteger refusals = new AtomicInteger();
  private final EmbeddedChannel channel =
      new EmbeddedChannel(new Knock(HOLD.toMillis(), refusals::incrementAndGet));

  @AfterEach
  void release() {
    channel.finishAndReleaseAll();
  }

  private void answer(String text) {
    channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    channel.runPendingTasks();
  }

  @Test
  void tellsARefusalFromAnyOtherAnswer() {
    answer("HTTP/1.1 503 Service Unavailable\r\n\r\n");
    assertThat(refusals.get()).isEqualTo(1);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void takesAnyOtherAnswerForAWake() {
    answer("HTTP/1.1 50");
    assertThat(refusals.get()).isZero();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void leavesNoTimerBehind() {
    assertThat(channel.runScheduledPendingTasks()).as("one is set").isPositive();
    answer("HTTP/1.1 200 OK\r\n\r\n");
    assertThat(channel.runScheduledPendingTasks()).as("none is left").isEqualTo(-1);
  }

  @Test
  void endsByItselfWhenNobodyAnswers() {
    channel.freezeTime();
    channel.advanceTimeBy(HOLD.toMillis(), TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isFalse();
  }
}
