package bellows.warden.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import org.junit.jupiter.api.Test;

class ProcessesTest {
  private static final int SELF = (int) ProcessHandle.current().pid();

  @Test
  void aProcessThatIsGoneHasNothing() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    int gone = (int) process.pid();

    assertThat(Processes.livesIn(gone, "/")).isFalse();
    assertThat(Processes.livesIn(SELF, "/no-such-group")).isFalse();
  }

  @Test
  void tellsAnOnlyChild() throws Exception {
    Process parent = new ProcessBuilder("sh", "-c", "sleep 60 & read line; kill $!").start();
    try (var input = parent.getOutputStream()) {
      Eventually.until("forked", () -> parent.children().count() == 1);
      long child = parent.children().findFirst().orElseThrow().pid();

      assertThat(Processes.onlyChild((int) parent.pid())).hasValue((int) child);
      assertThat(Processes.onlyChild((int) child)).isEmpty();
      input.write('\n');
    }
    assertThat(parent.waitFor()).isZero();
    assertThat(Processes.onlyChild((int) parent.pid())).isEmpty();
  }

  @Test
  void knowsItsOwnLimit() {
    assertThat(Processes.openFilesLimit()).isPositive();
  }
}
