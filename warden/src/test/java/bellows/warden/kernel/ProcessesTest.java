package bellows.warden.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class ProcessesTest {
  private static final int SELF = (int) ProcessHandle.current().pid();

  @Test
  void seesWhoListensWithoutConnecting() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
      assertThat(Processes.listens(SELF, port)).isTrue();
    }
    assertThat(Processes.listens(SELF, port)).isFalse();
  }

  @Test
  void aProcessThatIsGoneHasNothing() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    int gone = (int) process.pid();

    assertThat(Processes.listens(gone, 80)).isFalse();
    assertThat(Processes.livesIn(gone, "/")).isFalse();
    assertThat(Processes.livesIn(SELF, "/no-such-group")).isFalse();
  }

  @Test
  void knowsItsOwnLimit() {
    assertThat(Processes.openFilesLimit()).isPositive();
  }
}
