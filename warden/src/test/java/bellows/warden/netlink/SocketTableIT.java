package bellows.warden.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.warden.kernel.KernelException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SocketTableIT {
  private static final Path OWN = Path.of("/proc/self/ns/net");

  @Test
  void seesWhoListensWithoutConnecting() throws Exception {
    try (SocketTable table = SocketTable.of(OWN)) {
      int port;
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
        port = socket.getLocalPort();
        assertThat(table.listens("127.0.0.1", port)).isTrue();
        assertThat(table.listens("127.0.0.2", port)).as("another address").isFalse();
      }
      assertThat(table.listens("127.0.0.1", port)).isFalse();
    }
  }

  @Test
  void seesWhoListensForBothFamilies() throws Exception {
    try (SocketTable table = SocketTable.of(OWN);
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("::"))) {
      assertThat(table.listens("127.0.0.1", socket.getLocalPort())).isTrue();
    }
  }

  @Test
  void isNoTableOfNothing() {
    assertThatThrownBy(() -> SocketTable.of(Path.of("/run/netns/there-is-none")))
        .isInstanceOf(KernelException.class);
  }

  @Test
  void knowsNothingOnceClosed() throws Exception {
    SocketTable table = SocketTable.of(OWN);
    table.close();
    try (ServerSocket socket = new ServerSocket(0)) {
      assertThat(table.listens("127.0.0.1", socket.getLocalPort())).isFalse();
    }
  }
}
