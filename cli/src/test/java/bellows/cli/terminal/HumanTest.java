package bellows.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class HumanTest {
  @Test
  void sizesHaveOneDigitAtMost() {
    assertThat(Human.bytes(0)).isEqualTo("0B");
    assertThat(Human.bytes(1023)).isEqualTo("1023B");
    assertThat(Human.bytes(1024)).isEqualTo("1K");
    assertThat(Human.bytes(1536)).isEqualTo("1.5K");
    assertThat(Human.bytes((1 << 20) - 1)).isEqualTo("1M");
    assertThat(Human.megabytes(1024)).isEqualTo("1G");
    assertThat(Human.megabytes(1500)).isEqualTo("1.5G");
  }

  @Test
  void readsSizesAsTheManifestWritesThem() {
    assertThat(Human.parseMegabytes("512M")).isEqualTo(512);
    assertThat(Human.parseMegabytes("1gb")).isEqualTo(1024);
    assertThat(Human.parseMegabytes("1.5G")).isEqualTo(1536);
    assertThat(Human.parseMegabytes("2048K")).isEqualTo(2);
    assertThat(Human.parseMegabytes("512")).isEqualTo(-1);
    assertThat(Human.parseMegabytes("M")).isEqualTo(-1);
    assertThat(Human.parseMegabytes("0M")).isEqualTo(-1);
    assertThat(Human.parseMegabytes("1.2.3M")).isEqualTo(-1);
  }

  @Test
  void showsTimesShortly() {
    assertThat(Human.elapsed(Duration.ofSeconds(59))).isEqualTo("59s");
    assertThat(Human.elapsed(Duration.ofSeconds(125))).isEqualTo("2m 5s");
    assertThat(Human.elapsed(Duration.ofMinutes(181))).isEqualTo("3h 1m");
    assertThat(Human.percent(0.0125)).isEqualTo("1.3%");
    assertThat(Human.date(Instant.parse("2026-11-25T02:03:04Z")))
        .isEqualTo("Wed 25 Nov 02:03:04 UTC 2026");
  }
}
