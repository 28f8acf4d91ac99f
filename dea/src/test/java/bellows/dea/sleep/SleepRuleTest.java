package bellows.dea.sleep;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.dea.sleep.SleepRule.Verdict;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SleepRuleTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final SleepRule RULE = new SleepRule(MINUTE, null, false, false);

  @Test
  void sleepsAfterItsTimeAndNotWhileSomebodyWatchesItsStart() {
    assertThat(RULE.verdict(MINUTE.minusMillis(1), MINUTE, false)).isEqualTo(Verdict.STAY);
    assertThat(RULE.verdict(MINUTE, MINUTE, false)).isEqualTo(Verdict.SLEEP);
    assertThat(RULE.verdict(MINUTE, MINUTE, true)).isEqualTo(Verdict.STAY);
  }

  @Test
  void isRenewedInTheFirstPauseAfterItsLifetime() {
    SleepRule rule = new SleepRule(MINUTE, Duration.ofHours(1), false, false);
    Duration second = Duration.ofSeconds(1);
    assertThat(rule.verdict(second, Duration.ofMinutes(59), false)).isEqualTo(Verdict.STAY);
    assertThat(rule.verdict(Duration.ofMillis(900), Duration.ofHours(2), false))
        .isEqualTo(Verdict.STAY);
    assertThat(rule.verdict(second, Duration.ofHours(1), false)).isEqualTo(Verdict.RENEW);
  }
}
