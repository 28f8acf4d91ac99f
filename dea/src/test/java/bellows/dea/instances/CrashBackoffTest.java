package bellows.dea.instances;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CrashBackoffTest {
  @Test
  void waitsAsTheReferenceSays() {
    assertThat(
            IntStream.rangeClosed(1, 11)
                .mapToLong(crashes -> CrashBackoff.delay(crashes, 0.5).toSeconds()))
        .containsExactly(0L, 0L, 0L, 30L, 60L, 120L, 240L, 480L, 960L, 960L, 960L);
  }

  @Test
  void spreadsWhatCrashedTogetherByATenth() {
    assertThat(CrashBackoff.delay(4, 0)).isEqualTo(Duration.ofSeconds(27));
    assertThat(CrashBackoff.delay(4, 1)).isEqualTo(Duration.ofSeconds(33));
  }

  @Test
  void forgivesWhatWasHealthyForLong() {
    assertThat(CrashBackoff.count(7, Duration.ofMinutes(4))).isEqualTo(8);
    assertThat(CrashBackoff.count(7, Duration.ofMinutes(5))).isEqualTo(1);
  }
}
