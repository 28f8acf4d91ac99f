package bellows.router.bus;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.contracts.routing.RouteGrants;
import bellows.contracts.routing.RouteGrants.Grant;
import bellows.contracts.routing.RouterRegister;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GrantsTest {
  private static final int MOST = 10_000;

  private final Grants grants = new Grants();

  private static RouterRegister registration(int port) {
    return RouterRegister.instance(
        "10.0.0.1", port, List.of("shop.test"), "shop", "dea", "i", 0, Map.of());
  }

  private List<RouterRegister> grant(int port) {
    return grants.learn(
        RouteGrants.news(
                List.of(new Grant("shop", List.of("shop.test"), List.of("10.0.0.1:" + port))))
            .getFirst());
  }

  @Test
  void letsTheLatestWaitWhenThereAreTooMany() {
    for (int port = 1; port <= MOST; port++) {
      grants.follow(registration(port));
    }
    grants.follow(registration(1)); // still wanted
    grants.follow(registration(MOST + 1));
    assertThat(grant(MOST + 1)).containsExactly(registration(MOST + 1));
    assertThat(grant(1)).containsExactly(registration(1));
    assertThat(grant(2)).as("the oldest").isEmpty();
    assertThat(grant(3)).containsExactly(registration(3));
  }
}
