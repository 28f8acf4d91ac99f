package bellows.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RouteTableTest {
  private static final Route.Handler NOTHING = _ -> Reply.empty(204);

  private final RouteTable table =
      new RouteTable(
          List.of(
              Route.get("/", NOTHING),
              Route.get("/v3/apps", NOTHING),
              Route.get("/v3/apps/:guid", NOTHING),
              Route.patch("/v3/apps/:app", NOTHING),
              Route.get("/v3/apps/special", NOTHING),
              Route.get("/v3/apps/:guid/droplets/current", NOTHING),
              Route.get("/blobs/:folder/*", NOTHING)));

  @Test
  void prefersTheLiteralSegment() {
    assertThat(path(Route.Method.GET, "/v3/apps/special")).isEqualTo("/v3/apps/special");
    assertThat(path(Route.Method.GET, "/v3/apps/other")).isEqualTo("/v3/apps/:guid");
    assertThat(path(Route.Method.GET, "/v3/apps/special/droplets/current"))
        .isEqualTo("/v3/apps/:guid/droplets/current");
  }

  @Test
  void ignoresTrailingSlashes() {
    assertThat(path(Route.Method.GET, "/v3/apps/")).isEqualTo("/v3/apps");
    assertThat(path(Route.Method.GET, "/")).isEqualTo("/");
  }

  @Test
  void namesParametersAsTheRouteDoes() {
    assertThat(params(Route.Method.GET, "/v3/apps/a%2Fb+c")).isEqualTo(Map.of("guid", "a/b+c"));
    assertThat(params(Route.Method.PATCH, "/v3/apps/x")).isEqualTo(Map.of("app", "x"));
  }

  @Test
  void givesTheRestOfThePath() {
    assertThat(params(Route.Method.GET, "/blobs/packages/a/b"))
        .isEqualTo(Map.of("folder", "packages", "*", "a/b"));
  }

  @Test
  void knowsNothingElse() {
    assertThat(table.find(Route.Method.DELETE, "/v3/apps")).isEmpty();
    assertThat(table.find(Route.Method.GET, "/v3/apps/x/y")).isEmpty();
    assertThat(table.find(Route.Method.GET, "/v3//apps")).isEmpty();
  }

  @Test
  void refusesTwoRoutesForTheSameRequests() {
    List<Route> twins = List.of(Route.get("/a/:x", NOTHING), Route.get("/a/:y/", NOTHING));
    assertThatThrownBy(() -> new RouteTable(twins)).isInstanceOf(IllegalArgumentException.class);
  }

  private String path(Route.Method method, String path) {
    return table.find(method, path).orElseThrow().route().path();
  }

  private Map<String, String> params(Route.Method method, String path) {
    return table.find(method, path).orElseThrow().pathParams();
  }
}
