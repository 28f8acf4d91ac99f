package bellows.cloudcontroller.contract;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.cloudcontroller.testing.Answer;
import bellows.cloudcontroller.testing.ApiClient;
import bellows.cloudcontroller.testing.TestController;
import bellows.http.Route;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryRouteIT {
  private static final Set<String> OPEN = Set.of("/", "/v3", "/v3/info", "/v2/info");

  private TestController controller;

  @BeforeAll
  void start() {
    controller = new TestController();
  }

  @AfterAll
  void close() {
    controller.close();
  }

  private List<Route> guarded() {
    return controller.routes().stream().filter(route -> !OPEN.contains(route.path())).toList();
  }

  private static String somewhere(Route route) {
    return route.path().replaceAll(":[a-z_]+", "no-such-thing").replace("*", "x");
  }

  private static void assertErrorForm(Route route, Answer answer) {
    assertThat(answer.json().at("/errors/0/code").isInt())
        .describedAs("%s %s: %s", route.method(), route.path(), answer.text())
        .isTrue();
    assertThat(answer.at("/errors/0/title")).startsWith("CF-");
    assertThat(answer.detail()).isNotBlank();
    assertThat(answer.header("Content-Type")).startsWith("application/json");
  }

  @Test
  void wantsAToken() {
    for (Route route : guarded()) {
      Answer answer =
          controller
              .anonymous()
              .send(route.method().name(), somewhere(route), null, "application/json");
      assertThat(answer.status()).describedAs(route.path()).isEqualTo(401);
      assertThat(answer.code()).isEqualTo(10002);
      assertErrorForm(route, answer);
    }
  }

  @Test
  void wantsAGoodToken() {
    ApiClient stranger = controller.as("bearer nonsense");
    for (Route route : guarded()) {
      Answer answer =
          stranger.send(route.method().name(), somewhere(route), null, "application/json");
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.code()).isEqualTo(1000);
    }
  }

  @Test
  void refusesToChangeAnythingForAReader() {
    ApiClient reader =
        controller.as(controller.tokens().user("r", "r", "cloud_controller.admin_read_only"));
    for (Route route : guarded()) {
      if (route.method() != Route.Method.GET) {
        Answer answer =
            reader.send(route.method().name(), somewhere(route), "{}", "application/json");
        assertThat(answer.status()).describedAs(route.path()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo(10003);
      }
    }
  }

  @Test
  void tellsWhatIsWrongInTheContractsForm() {
    for (Route route : guarded()) {
      for (String body : List.of("{", "[]", "{\"no_such_field\":1}")) {
        Answer answer =
            controller
                .admin()
                .send(route.method().name(), somewhere(route), body, "application/json");
        assertThat(answer.status())
            .describedAs("%s %s %s: %s", route.method(), route.path(), body, answer.text())
            .isLessThan(500);
        if (answer.status() >= 400) {
          assertErrorForm(route, answer);
        }
      }
    }
  }

  @Test
  void refusesUnknownQueryParametersOfLists() {
    for (Route route : guarded()) {
      boolean list = route.method() == Route.Method.GET && !route.path().contains(":");
      if (list) {
        Answer answer = controller.admin().get(route.path() + "?no_such=1");
        assertThat(answer.status()).describedAs(route.path()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo(10005);
        assertThat(answer.detail())
            .startsWith("The query parameter is invalid: Unknown query parameter(s): 'no_such'.");
      }
    }
  }

  @Test
  void keepsNulOutOfTheDatabase() {
    assertThat(controller.admin().get("/v3/organizations?names=a%00b").status()).isEqualTo(400);
    assertThat(controller.admin().get("/v3/organizations/a%00b").status()).isBetween(400, 404);
    assertThat(controller.admin().post("/v3/organizations", "{\"name\":\"a\\u0000b\"}").status())
        .isEqualTo(422);
    assertThat(controller.admin().post("/v3/organizations", "{\"name\":\"a\\ud800b\"}").status())
        .isEqualTo(422);
  }
}
