package bellows.router.balance;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.contracts.routing.RouterRegister;
import bellows.router.routes.Balancing;
import bellows.router.routes.Endpoint;
import bellows.router.routes.Pool;
import bellows.router.routes.RouteRegistry;
import bellows.router.routes.RouteRegistry.Update;
import bellows.router.routes.RouteRules;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BalancerTest {
  private static final Endpoint[] NONE = {};
  private static final int LIMIT = 20;
  private static final int TARGET = 5;
  private static final long SECOND = 1_000_000_000L;
  private static final long LONGEST = 30 * SECOND;

  private final RouteRegistry registry = new RouteRegistry(RouteRules.DEFAULT);
  private final Balancer balancer = balancer("");
  private final Pool pool = pool(4);

  private static Balancer balancer(String zone) {
    return new Balancer(new Balancer.Config(LIMIT, Balancing.ROUND_ROBIN, zone));
  }

  private Pool pool(int size) {
    registry.apply(
        IntStream.rangeClosed(1, size)
            .mapToObj(port ->
                new Update(
                    Update.Kind.REGISTER,
                    RouterRegister.component("c", "10.0.0.1", port, List.of("a.test"))))
            .toList(),
        0,
        e -> {
          throw e;
        });
    return Objects.requireNonNull(registry.table().find("a.test", ""));
  }

  @Test
  void givesEachEndpointItsTurn() {
    Map<Integer, Integer> hits = new HashMap<>();
    for (int i = 0; i < 40; i++) {
      hits.merge(port(balancer.next(pool, 0, NONE, 0)), 1, Integer::sum);
    }
    assertThat(hits).isEqualTo(Map.of(1, 10, 2, 10, 3, 10, 4, 10));
  }

  @Test
  void passesOverWhatFailedUntilItsPauseIsOver() {
    endpoint(1).fail(0, LONGEST);
    for (int i = 0; i < 8; i++) {
      assertThat(port(balancer.next(pool, SECOND - 1, NONE, 0))).isNotEqualTo(1);
    }
    assertThat(IntStream.range(0, 4).map(i -> port(balancer.next(pool, SECOND, NONE, 0))))
        .contains(1);
  }

  @Test
  void passesOverWhatFailsAgainAndAgainForLongerEachTime() {
    long now = 0;
    for (long pause : List.of(1L, 2L, 4L, 8L, 16L, 30L, 30L)) {
      endpoint(1).fail(now, LONGEST);
      endpoint(1).fail(now + 1, LONGEST); // was under way together with the first
      assertThat(endpoint(1).isFailed(now + pause * SECOND - 1)).isTrue();
      now += pause * SECOND;
      assertThat(endpoint(1).isFailed(now)).as("after %d s", pause).isFalse();
    }
    endpoint(1).succeed();
    endpoint(1).fail(now, LONGEST);
    assertThat(endpoint(1).isFailed(now + SECOND)).isFalse();
  }

  @Test
  void letsOneRequestTryWhatHadFailed() {
    endpoint(1).fail(0, LONGEST);
    assertThat(ports(SECOND)).as("one of many").containsOnlyOnce(1);
    assertThat(ports(2 * SECOND - 1)).doesNotContain(1);
    assertThat(ports(2 * SECOND)).as("nobody has heard of the trial").containsOnlyOnce(1);
    endpoint(1).fail(2 * SECOND, LONGEST);
    assertThat(ports(4 * SECOND - 1)).doesNotContain(1);
    assertThat(ports(4 * SECOND)).containsOnlyOnce(1);
    endpoint(1).succeed();
    assertThat(ports(4 * SECOND).stream().filter(port -> port == 1).count()).isEqualTo(3);
  }

  /** Whom a dozen requests get, all at once. */
  private List<Integer> ports(long now) {
    return IntStream.range(0, 12).mapToObj(i -> port(balancer.next(pool, now, NONE, 0))).toList();
  }

  @Test
  void takesBackAtOnceWhatServes() {
    endpoint(1).fail(0, LONGEST);
    endpoint(1).succeed();
    assertThat(endpoint(1).isFailed(1)).isFalse();
  }

  @Test
  void forgetsTheMarksWhenAllAreMarked() {
    IntStream.rangeClosed(1, 4).forEach(i -> endpoint(i).fail(0, LONGEST));
    for (int i = 0; i < 4; i++) {
      assertThat(balancer.next(pool, 0, NONE, 0)).isNotNull();
    }
    assertThat(pool.endpoints())
        .as("each is tried by one")
        .allMatch(endpoint -> endpoint.isFailed(0));
    assertThat(balancer.next(pool, 0, NONE, 0)).as("nobody is sent away").isNotNull();
  }

  @Test
  void givesToTheOneWithTheFewestRequestsWhereTheRouteSaysSo() {
    describe("least-connection", "");
    load(1, 3);
    load(2, 1);
    load(3, 2);
    load(4, 1);
    Map<Integer, Integer> hits = new HashMap<>();
    for (int i = 0; i < 20; i++) {
      hits.merge(port(next()), 1, Integer::sum);
    }
    assertThat(hits).isEqualTo(Map.of(2, 10, 4, 10));
    load(2, 5);
    assertThat(port(next())).isEqualTo(4);
    endpoint(4).fail(0, LONGEST);
    assertThat(port(next())).isEqualTo(3);
  }

  @Test
  void givesToTheOwnZoneFirstAndToAnyOtherAfterAFailure() {
    describe("round-robin", "near", "far", "near", "far");
    Balancer near = balancer("near");
    Map<Integer, Integer> hits = new HashMap<>();
    for (int i = 0; i < 20; i++) {
      hits.merge(port(near.next(pool, 0, NONE, 0)), 1, Integer::sum);
    }
    assertThat(hits).isEqualTo(Map.of(1, 10, 3, 10));
    Endpoint[] tried = {endpoint(1)};
    assertThat(IntStream.range(0, 12).map(i -> port(near.next(pool, 0, tried, 1))))
        .contains(2, 3, 4)
        .doesNotContain(1);
    endpoint(1).fail(0, LONGEST);
    load(3, LIMIT);
    assertThat(port(near.next(pool, 0, NONE, 0))).as("none of the zone has room").isIn(2, 4);
    assertThat(port(balancer("elsewhere").next(pool, 0, NONE, 0))).isIn(2, 4);
  }

  @Test
  void passesOverWhatIsFull() {
    for (int port = 1; port <= 3; port++) {
      load(port, LIMIT);
    }
    assertThat(port(balancer.next(pool, 0, NONE, 0))).isEqualTo(4);
    load(4, LIMIT);
    assertThat(balancer.next(pool, 0, NONE, 0)).isNull();
    endpoint(2).end();
    assertThat(port(balancer.next(pool, 0, NONE, 0))).isEqualTo(2);
  }

  @Test
  void neverTriesOneTwiceForTheSameRequest() {
    Endpoint[] tried = {endpoint(1), endpoint(2), endpoint(3), endpoint(4)};
    assertThat(port(balancer.next(pool, 0, tried, 3))).isEqualTo(4);
    assertThat(balancer.next(pool, 0, tried, 4)).isNull();
  }

  @Test
  void leavesSleepersAloneWhileThoseAwakeHaveRoom() {
    describe(1, "asleep");
    describe(2, "awake");
    describe(3, "asleep");
    describe(4, "awake");
    Map<Integer, Integer> hits = new HashMap<>();
    for (int i = 0; i < 40; i++) {
      hits.merge(port(next()), 1, Integer::sum);
    }
    assertThat(hits).isEqualTo(Map.of(2, 20, 4, 20));
  }

  @Test
  void turnsToOneSleeperWhenAllThatAreAwakeAreAtTheirTarget() {
    describe(1, "awake");
    describe(2, "asleep");
    describe(3, "asleep");
    describe(4, "awake");
    load(1, TARGET);
    load(4, TARGET - 1);
    assertThat(port(next())).isEqualTo(4);
    load(4, 1);
    assertThat(port(next())).isEqualTo(2);
  }

  @Test
  void countsWhatIsBeingWokenAsCapacity() {
    describe(1, "awake");
    describe(2, "asleep");
    describe(3, "asleep");
    describe(4, "asleep");
    load(1, TARGET);
    Set<Integer> woken = new LinkedHashSet<>();
    for (int i = 0; i < TARGET; i++) {
      woken.add(port(take()));
    }
    assertThat(woken).containsExactly(2);
    assertThat(port(take())).isEqualTo(3);
  }

  @Test
  void goesBackToAnAwakeOneAsSoonAsItHasRoom() {
    describe(1, "awake");
    describe(2, "asleep");
    describe(3, "asleep");
    describe(4, "asleep");
    load(1, TARGET);
    assertThat(port(take())).isEqualTo(2);
    endpoint(1).end();
    assertThat(port(next())).isEqualTo(1);
  }

  @Test
  void aHerdWakesOnlyWhatItNeeds() {
    for (int port = 1; port <= 4; port++) {
      describe(port, "asleep");
    }
    for (int i = 0; i < TARGET; i++) {
      assertThat(port(take())).isEqualTo(1);
    }
    for (int i = 0; i < TARGET; i++) {
      assertThat(port(take())).isEqualTo(2);
    }
  }

  @Test
  void everyRouterWakesTheLowestIndexFirst() {
    describe(4, "asleep", 0);
    describe(1, "asleep", 3);
    describe(3, "asleep", 1);
    describe(2, "asleep", 2);
    assertThat(port(next())).isEqualTo(4);
  }

  @Test
  void spreadsOverAllWhenAllAreAboveTheTarget() {
    for (int port = 1; port <= 4; port++) {
      describe(port, "awake");
      load(port, TARGET);
    }
    assertThat(IntStream.range(0, 8).map(i -> port(next()))).contains(1, 2, 3, 4);
  }

  @Test
  void forgetsAWakeThatNobodyHeardTheEndOf() {
    for (int port = 1; port <= 4; port++) {
      describe(port, "asleep");
    }
    assertThat(endpoint(1).beginWake(0, 100)).isTrue();
    assertThat(endpoint(1).beginWake(99, 200)).isFalse();
    assertThat(endpoint(1).beginWake(100, 200)).isTrue();
  }

  @Test
  void keepsTheWakeInMindWhenASleeperIsDescribedAnew() {
    describe(1, "asleep");
    endpoint(1).beginWake(0, 100);
    describe(1, "asleep", 7);
    assertThat(endpoint(1).isWaking(0)).isTrue();
    describe(1, "awake", 7);
    describe(1, "asleep", 7);
    assertThat(endpoint(1).isWaking(0)).isFalse();
  }

  @Test
  void turnsToAnotherSleeperWhenOneCannotBeWoken() {
    for (int port = 1; port <= 4; port++) {
      describe(port, "asleep");
    }
    endpoint(1).beginWake(0, 100);
    endpoint(1).failWake(50);
    assertThat(port(next())).isEqualTo(2);
  }

  /** The whole of it under random load: an invariant instead of examples. */
  @Test
  void neverWakesTwoWhenOneIsEnough() {
    Random random = new Random(3);
    for (int run = 0; run < 200; run++) {
      for (int port = 1; port <= 4; port++) {
        describe(port, random.nextBoolean() ? "asleep" : "awake");
      }
      for (int step = 0; step < 60; step++) {
        Endpoint chosen = balancer.next(pool, 0, NONE, 0);
        if (chosen == null) {
          break;
        }
        if (chosen.isAsleep() && !chosen.isWaking(0)) {
          assertThat(pool.endpoints())
              .allMatch(other -> other.inFlight() >= TARGET || !isCapacity(other));
        }
        chosen.begin();
        chosen.beginWake(0, 100);
        Endpoint ending = endpoint(1 + random.nextInt(4));
        if (ending.inFlight() > 0 && random.nextInt(3) == 0) {
          ending.end();
        }
      }
      for (Endpoint endpoint : pool.endpoints()) {
        endpoint.endWake();
        while (endpoint.inFlight() > 0) {
          endpoint.end();
        }
      }
    }
  }

  private static boolean isCapacity(Endpoint endpoint) {
    return !endpoint.isAsleep() || endpoint.isWaking(0);
  }

  /** All four, each in its zone. */
  private void describe(String loadbalancing, String... zones) {
    for (int port = 1; port <= 4; port++) {
      registry.apply(
          List.of(
              new Update(
                  Update.Kind.REGISTER,
                  new RouterRegister(
                      "10.0.0.1",
                      port,
                      null,
                      List.of("a.test"),
                      null,
                      null,
                      null,
                      null,
                      null,
                      null,
                      null,
                      null,
                      null,
                      null,
                      zones[(port - 1) % zones.length],
                      null,
                      new RouterRegister.Options(loadbalancing),
                      null))),
          0,
          e -> {
            throw e;
          });
    }
  }

  private Endpoint next() {
    return Objects.requireNonNull(balancer.next(pool, 0, NONE, 0));
  }

  /** As the pipeline does with what it picks. */
  private Endpoint take() {
    Endpoint chosen = next();
    chosen.begin();
    if (chosen.isAsleep()) {
      chosen.beginWake(0, 100);
    }
    return chosen;
  }

  private void load(int port, int requests) {
    for (int i = 0; i < requests; i++) {
      endpoint(port).begin();
    }
  }

  private void describe(int port, String state) {
    describe(port, state, port);
  }

  private void describe(int port, String state, int index) {
    Map<String, String> tags = Map.of("state", state, "concurrency", Integer.toString(TARGET));
    registry.apply(
        List.of(
            new Update(
                Update.Kind.REGISTER,
                RouterRegister.instance(
                    "10.0.0.1", port, List.of("a.test"), "", "dea", "i" + port, index, tags))),
        0,
        e -> {
          throw e;
        });
  }

  private Endpoint endpoint(int port) {
    return pool.endpoints()[port - 1];
  }

  private static int port(@Nullable Endpoint endpoint) {
    return Objects.requireNonNull(endpoint).identity().port();
  }
}
