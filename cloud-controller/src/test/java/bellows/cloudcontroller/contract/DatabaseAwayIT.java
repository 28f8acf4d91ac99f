package bellows.cloudcontroller.contract;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.cloudcontroller.testing.Answer;
import bellows.cloudcontroller.testing.TestController;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DatabaseAwayIT {
  private final TestController controller = new TestController();

  @AfterEach
  void close() {
    controller.close();
  }

  @Test
  void isToldAsSuchWithTheTimeToComeAgain() throws Exception {
    try (AutoCloseable _ = controller.databaseAway()) {
      Answer answer = controller.admin().get("/v3/apps");
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.at("/errors/0/title")).isEqualTo("CF-ServiceUnavailable");
      assertThat(answer.code()).isEqualTo(10015);
      assertThat(answer.header("Retry-After")).isEqualTo("2");
      assertThat(controller.anonymous().get("/v3/info").status()).isEqualTo(200);
    }
    assertThat(controller.admin().get("/v3/apps").status()).isEqualTo(200);
  }
}
