package bellows.cloudcontroller.wakes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronTimesTest {
  @ParameterizedTest
  @CsvSource({
    "*/15 * * * *,2030-01-01T00:00:00Z,2030-01-01T00:15:00Z",
    "0 3 * * *,2030-01-01T03:00:00Z,2030-01-02T03:00:00Z",
    "30 4 1 * *,2030-01-31T00:00:00Z,2030-02-01T04:30:00Z",
    "0 0 29 2 *,2030-01-01T00:00:00Z,2032-02-29T00:00:00Z",
    "0 9 * * 1,2030-01-01T00:00:00Z,2030-01-07T09:00:00Z"
  })
  void findsTheNextTime(String cron, Instant after, Instant next) {
    assertThat(CronTimes.next(cron, after)).contains(next);
  }

  @ParameterizedTest
  @ValueSource(strings = {"often", "* * * *", "60 * * * *", "0 0 0 * * *", "", "0 0 30 2 *"})
  void refusesWhatIsNoTime(String cron) {
    assertThat(CronTimes.fault(cron)).isPresent();
  }

  @Test
  void takesWhatIsOne() {
    assertThat(CronTimes.fault("*/15 8-18 * * 1-5")).isEmpty();
  }
}
