package bellows.cli.apps;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.cli.api.Json;
import org.junit.jupiter.api.Test;

class SleepingTest {
  private static Json stat(String sleep) {
    return Json.parse("{\"index\": 1, \"state\": \"RUNNING\", \"sleep\": " + sleep + "}");
  }

  @Test
  void tellsHowOftenWhyAndHowLong() {
    assertThat(
            Sleeping.wakes(
                stat(
                    """
                    {"asleep": false, "wakes": 3, "last_reason": "connection from 10.0.0.1",
                     "last_request": "GET /cart", "last_client": "curl/8.5",
                     "last_at": "2030-01-31T12:00:00Z",
                     "phases_ms": {"slot": 1.6, "exec": 0.6, "listen": 60.2, "first_byte": 4.0}}
                    """)))
        .isEqualTo(
            "#1 woken 3 times, last Thu 31 Jan 12:00:00 UTC 2030 by GET /cart (curl/8.5), in 66 ms:"
                + " slot 1.6 ms, exec 0.6 ms, listen 60 ms, first byte 4.0 ms");
  }

  @Test
  void namesTheReasonWhenItWasNoRequest() {
    assertThat(Sleeping.wakes(stat("{\"wakes\": 1, \"last_reason\": \"command\"}")))
        .isEqualTo("#1 woken once by command");
  }

  @Test
  void saysNothingOfWhatNeverSlept() {
    assertThat(Sleeping.wakes(stat("{\"asleep\": false, \"wakes\": 0}"))).isEmpty();
    assertThat(Sleeping.wakes(Json.parse("{\"index\": 0}"))).isEmpty();
  }

  @Test
  void findsSleepInStatsAndInLists() {
    assertThat(Sleeping.isAsleep(stat("{\"asleep\": true}"))).isTrue();
    assertThat(Sleeping.isAsleep(Json.parse("{\"index\": 0, \"asleep\": true}"))).isTrue();
    assertThat(Sleeping.isAsleep(Json.parse("{\"index\": 0}"))).isFalse();
  }
}
