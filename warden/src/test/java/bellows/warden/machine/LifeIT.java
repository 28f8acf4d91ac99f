package bellows.warden.machine;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.warden.Exit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LifeIT {
  private TestWarden wardens;

  @BeforeAll
  void start() {
    wardens = new TestWarden();
  }

  @AfterAll
  void stop() {
    wardens.close();
  }

  @Test
  void runsAProgramAndTellsItsOutputAndStatus() {
    var outcome = wardens.run("echo out; echo err >&2; exit 7");

    assertThat(outcome.exit()).isEqualTo(new Exit(7, false));
    assertThat(outcome.out()).isEqualTo("out\n");
    assertThat(outcome.err()).isEqualTo("err\n");
  }
}
