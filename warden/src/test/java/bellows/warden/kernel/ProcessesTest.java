package bellows.warden.kernel;

import static org.assertj.core.api.Assertions.assertThat;

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
  void knowsItsOwnLimit() {
    assertThat(Processes.openFilesLimit()).isPositive();
  }
}
