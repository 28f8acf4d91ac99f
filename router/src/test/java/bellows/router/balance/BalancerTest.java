package bellows.router.balance;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.contracts.routing.RouterRegister;
import bellows.router.routes.Endpoint;
import bellows.router.routes.Pool;
import bellows.router.routes.RouteRegistry;
import bellows.router.routes.RouteRegistry.Update;
import bellows.router.routes.RouteRules;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BalancerTest {
  private static final Endpoint[] NONE = {};

  private final Balancer balancer = new Balancer(2);
  private final Pool pool = pool(4);

  private static Pool pool(int size) {
    RouteRegistry registry = new RouteRegistry(RouteRules.DEFAULT);
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
    return Objects.requireNonNull(registry.table().find("a.test", () -> ""));
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
    endpoint(1).markFailed(100);
    for (int i = 0; i < 8; i++) {
      assertThat(port(balancer.next(pool, 99, NONE, 0))).isNotEqualTo(1);
    }
    assertThat(IntStream.range(0, 4).map(i -> port(balancer.next(pool, 100, NONE, 0)))).contains(1);
  }

  @Test
  void forgetsTheMarksWhenAllAreMarked() {
    IntStream.rangeClosed(1, 4).forEach(i -> endpoint(i).markFailed(100));
    assertThat(balancer.next(pool, 0, NONE, 0)).isNotNull();
    assertThat(pool.endpoints()).noneMatch(endpoint -> endpoint.isFailed(0));
  }

  @Test
  void passesOverWhatIsFull() {
    for (int port = 1; port <= 3; port++) {
      endpoint(port).begin();
      endpoint(port).begin();
    }
    assertThat(port(balancer.next(pool, 0, NONE, 0))).isEqualTo(4);
    endpoint(4).begin();
    endpoint(4).begin();
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

  private Endpoint endpoint(int port) {
    return pool.endpoints()[port - 1];
  }

  private static int port(@Nullable Endpoint endpoint) {
    return Objects.requireNonNull(endpoint).identity().port();
  }
}
