package bellows.dea.sleep;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.dea.sleep.SleepRule.Verdict;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SleepRuleTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final SleepRule RULE = new SleepRule(MINUTE, null, false, false);

  private static final Duration SECOND = Duration.ofSeconds(1);

  private static Verdict verdict(SleepRule rule, Duration quiet, Duration awake) {
    return rule.verdict(quiet, awake, false, false);
  }

  @Test
  void sleepsAfterItsTimeAndNotWhileSomebodyWatchesItsStartOrWaitsForAnAnswer() {
    assertThat(verdict(RULE, MINUTE.minusMillis(1), MINUTE)).isEqualTo(Verdict.STAY);
    assertThat(verdict(RULE, MINUTE, MINUTE)).isEqualTo(Verdict.SLEEP);
    assertThat(RULE.verdict(MINUTE, MINUTE, true, false)).isEqualTo(Verdict.STAY);
    assertThat(RULE.verdict(MINUTE, MINUTE, false, true)).isEqualTo(Verdict.STAY);
  }

  @Test
  void isRenewedAfterItsLifetimeAndMayEndInAPause() {
    SleepRule rule = new SleepRule(MINUTE, Duration.ofHours(1), false, false);
    assertThat(verdict(rule, SECOND, Duration.ofMinutes(59))).isEqualTo(Verdict.STAY);
    assertThat(verdict(rule, SECOND.minusMillis(1), Duration.ofHours(1))).isEqualTo(Verdict.RENEW);
    assertThat(verdict(rule, SECOND, Duration.ofHours(1))).isEqualTo(Verdict.RENEW_OR_SLEEP);
    assertThat(rule.verdict(MINUTE, Duration.ofHours(1), false, true)).isEqualTo(Verdict.RENEW);
    assertThat(verdict(rule, MINUTE, Duration.ofHours(1))).isEqualTo(Verdict.SLEEP);
  }
}
