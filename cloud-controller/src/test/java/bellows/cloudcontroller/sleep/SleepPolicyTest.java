package bellows.cloudcontroller.sleep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.cloudcontroller.api.Metadata;
import bellows.contracts.dea.StartInstance.Sleep;
import bellows.http.CfError;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SleepPolicyTest {
  private static Metadata labels(String key, String value) {
    return new Metadata(Map.of(SleepPolicy.PREFIX + key, value), Map.of());
  }

  private static Metadata annotations(String key, String value) {
    return new Metadata(Map.of(), Map.of(SleepPolicy.PREFIX + key, value));
  }

  @Test
  void sleepsAfterAQuarterOfAnHourWhenNobodySaysAnything() {
    assertThat(SleepPolicy.of(SleepPolicy.DEFAULT, Metadata.NONE, Metadata.NONE))
        .isEqualTo(new SleepPolicy(Duration.ofMinutes(15), null, 50, false, false, null));
  }

  @Test
  void startsAsleepWhenItIsToldToAndMaySleep() {
    SleepPolicy policy =
        SleepPolicy.of(SleepPolicy.DEFAULT, labels("start-asleep", "true"), Metadata.NONE);
    assertThat(policy.message(true, false, "port", false).startAsleep()).isTrue();
    assertThat(policy.message(false, false, "port", false).startAsleep()).isFalse();
    assertThat(SleepPolicy.DEFAULT.message(true, false, "port", false).startAsleep()).isFalse();
  }

  @Test
  void aConnectionWakesWhatHasATcpRouteUnlessItIsToldOtherwise() {
    SleepPolicy never =
        SleepPolicy.of(SleepPolicy.DEFAULT, labels("wake-on-connect", "false"), Metadata.NONE);
    SleepPolicy always =
        SleepPolicy.of(SleepPolicy.DEFAULT, labels("wake-on-connect", "true"), Metadata.NONE);
    assertThat(SleepPolicy.DEFAULT.message(true, true, "port", false).wakeOnConnect()).isTrue();
    assertThat(SleepPolicy.DEFAULT.message(true, false, "port", false).wakeOnConnect()).isFalse();
    assertThat(never.message(true, true, "port", false).wakeOnConnect()).isFalse();
    assertThat(always.message(true, false, "port", false).wakeOnConnect()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"50ms,PT0.05S", "1s,PT1S", "90s,PT1M30S", "15m,PT15M", "1h30m,PT1H30M", "2d,PT48H"})
  void readsDurations(String written, Duration meant) {
    assertThat(SleepPolicy.DEFAULT.withAfter(written).after()).isEqualTo(meant);
  }

  @ParameterizedTest
  @CsvSource({
    "sleep-after,900",
    "sleep-after,0s",
    "sleep-after,''",
    "sleep-after,5 m",
    "sleep-after,-5m",
    "sleep-after,400d",
    "sleep-after,999999999d",
    "max-lifetime,30s",
    "concurrency,0",
    "concurrency,1.5",
    "concurrency,99999999999",
    "wake-page,yes",
    "start-asleep,yes",
    "nap-time,5m"
  })
  void refusesWhatMeansNothing(String key, String value) {
    assertThatThrownBy(() ->
            SleepPolicy.check(
                new Metadata.Change(Map.of(SleepPolicy.PREFIX + key, value), Map.of())))
        .isInstanceOf(CfError.class)
        .hasMessageContaining(key);
  }

  @Test
  void leavesTheLabelsOfOthersAlone() {
    SleepPolicy.check(new Metadata.Change(Map.of("sleep-after", "whenever"), Map.of()));
  }

  @Test
  void theProcessWinsOverTheAppAndALabelOverAnAnnotation() {
    assertThat(
            SleepPolicy.of(
                    SleepPolicy.DEFAULT,
                    labels("sleep-after", "1m"),
                    annotations("sleep-after", "2m"))
                .after())
        .isEqualTo(Duration.ofMinutes(2));
    Metadata both =
        new Metadata(
            Map.of(SleepPolicy.PREFIX + "sleep-after", "never"),
            Map.of(SleepPolicy.PREFIX + "sleep-after", "5m"));
    assertThat(SleepPolicy.of(SleepPolicy.DEFAULT, both, Metadata.NONE).after()).isNull();
  }

  @Test
  void aWrongValueThatCameBySqlCountsAsAbsent() {
    assertThat(
            SleepPolicy.of(
                SleepPolicy.DEFAULT, labels("sleep-after", "soon"), labels("concurrency", "-1")))
        .isEqualTo(SleepPolicy.DEFAULT);
  }

  @Test
  void whatCannotBeWokenByAConnectionNeverSleeps() {
    assertThat(SleepPolicy.DEFAULT.message(true, false, "port", true))
        .isEqualTo(new Sleep(900, null, 50, false, true));
    assertThat(SleepPolicy.DEFAULT.message(false, false, "port", true))
        .isEqualTo(new Sleep(null, null, 50, false, false, null));
    assertThat(SleepPolicy.DEFAULT.message(true, false, "process", true))
        .isEqualTo(new Sleep(null, null, 50, false, false, null));
  }
}
