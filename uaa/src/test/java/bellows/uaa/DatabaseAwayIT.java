package bellows.uaa;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.cmdb.testing.Occupation;
import bellows.uaa.UaaFixture.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DatabaseAwayIT {
  private final UaaFixture uaa = new UaaFixture();

  @AfterEach
  void close() {
    uaa.close();
  }

  @Test
  void isNoWrongPasswordButAReasonToComeAgain() {
    try (Occupation _ = uaa.db.occupied()) {
      Answer answer = uaa.login("admin", UaaFixture.ADMIN_PASSWORD);
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.text("error")).isEqualTo("temporarily_unavailable");
      assertThat(answer.raw().headers().firstValue("Retry-After")).hasValue("2");
    }
    assertThat(uaa.login("admin", UaaFixture.ADMIN_PASSWORD).status()).isEqualTo(200);
  }
}
