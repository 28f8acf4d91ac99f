package bellows.router.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TrafficTest {
  private static final long PERIOD = Traffic.PERIOD_NANOS;

  private final Traffic traffic = new Traffic();

  /** How many more retries there would be room for. */
  private int retries(long now) {
    int count = 0;
    while (traffic.mayRetry(now)) {
      traffic.retried(now);
      count++;
    }
    return count;
  }

  private void requests(int count, long now) {
    for (int i = 0; i < count; i++) {
      traffic.requested(now);
    }
  }

  @Test
  void leavesRoomForAFewRetriesWithoutAnyTraffic() {
    assertThat(retries(0)).isEqualTo(Traffic.FLOOR);
    assertThat(retries(PERIOD)).as("they are not forgotten soon").isZero();
    assertThat(retries(2 * PERIOD)).as("nothing new has come since").isEqualTo(Traffic.FLOOR);
  }

  @Test
  void leavesRoomForAFifthOfTheLatestRequests() {
    requests(1000, 0);
    assertThat(retries(PERIOD - 1)).isEqualTo(Traffic.FLOOR + 200);
    requests(100, PERIOD);
    assertThat(retries(PERIOD)).isEqualTo(20);
  }

  @Test
  void forgetsRequestsOfLongAgo() {
    requests(1000, 0);
    requests(50, 2 * PERIOD);
    assertThat(retries(2 * PERIOD)).isEqualTo(Traffic.FLOOR + 10);
  }

  @Test
  void worksWithAClockBelowZeroAndWithOneThatWasReadEarlier() {
    requests(100, -1);
    requests(100, 1);
    requests(100, -1);
    assertThat(retries(1)).isEqualTo(Traffic.FLOOR + 60);
  }

  @Test
  void isOverWhenNothingIsRememberedAnyMore() {
    requests(1, 0);
    assertThat(traffic.isOver(2 * PERIOD - 1)).isFalse();
    assertThat(traffic.isOver(2 * PERIOD)).isTrue();
  }

  @Test
  void takesTurns() {
    int first = traffic.nextTurn();
    assertThat(traffic.nextTurn()).isEqualTo(first + 1);
  }
}
