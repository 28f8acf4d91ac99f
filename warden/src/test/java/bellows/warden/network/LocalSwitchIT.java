package bellows.warden.network;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.warden.PortMapping;
import bellows.warden.kernel.InNetwork;
import bellows.warden.kernel.Mounts;
import bellows.warden.netlink.Links;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LocalSwitchIT {
  /** An address of this machine where nobody listens. */
  private static final String INSTANCE = "127.4.4.4";

  private static final int PORT = 61_099;
  private static final String WARDEN = "t" + ProcessHandle.current().pid() % 1_000_000;

  private ServerSocket container;
  private Attachment attachment;
  private LocalSwitch local;

  @BeforeEach
  void start() throws IOException {
    container = new ServerSocket(0, 1000, InetAddress.ofLiteral("127.0.0.1"));
    attachment = attachment(container);
    local = start(Mounts.now());
  }

  @AfterEach
  void stop() throws IOException {
    local.remove();
    container.close();
    assertThat(LocalSwitches.remain(WARDEN)).isFalse();
  }

  @Test
  void connectsSocketsOfBothFamiliesToTheContainer() throws Exception {
    for (ProtocolFamily family : StandardProtocolFamily.values()) {
      if (family != StandardProtocolFamily.UNIX) {
        assertThat(reaches(family)).as("before").isFalse();
        local.open(attachment);
        assertThat(reaches(family)).as("" + family).isTrue();
        local.close(PORT);
        assertThat(reaches(family)).as("after").isFalse();
      }
    }
    assertThat(local.calls(PORT)).isEqualTo(6);
  }

  @Test
  void leavesOtherPortsAddressesAndNetworksAlone() throws Exception {
    local.open(attachment);

    assertThat(reaches(new InetSocketAddress(INSTANCE, PORT + 1))).isFalse();
    assertThat(reaches(new InetSocketAddress("127.4.4.5", PORT))).isFalse();
    assertThat(reaches(new InetSocketAddress(InetAddress.ofLiteral("::1"), PORT))).isFalse();
    Path other = NetworkNamespace.DIRECTORY.resolve(WARDEN);
    NetworkNamespace.prepare();
    try (Links inside = NetworkNamespace.make(WARDEN)) {
      inside.up("lo");
      assertThat(InNetwork.call(other, this::reachesUnchecked)).isFalse();
    } finally {
      NetworkNamespace.remove(WARDEN);
    }
    assertThat(local.calls(PORT)).isZero();
    assertThat(reaches(StandardProtocolFamily.INET)).isTrue();
  }

  @Test
  void takesOverFromAnEarlierProcess() throws Exception {
    local.open(attachment);
    LocalSwitch fresh =
        LocalSwitch.start(WARDEN, Ipv4Range.address(INSTANCE), List.of(attachment), Mounts.now());
    assertThat(reaches(StandardProtocolFamily.INET)).isTrue();
    local.close(PORT);
    assertThat(reaches(StandardProtocolFamily.INET)).as("the earlier one has no say").isTrue();
    assertThat(fresh.calls(PORT)).isEqualTo(2);

    fresh.remove();

    assertThat(reaches(StandardProtocolFamily.INET)).isFalse();
  }

  @Test
  void isNothingWhereTheKernelCannotDoIt() throws Exception {
    assertThat(LocalSwitches.remain(WARDEN)).isTrue();
    local.remove();

    local = start(new Mounts(List.of()));
    local.open(attachment);

    assertThat(reaches(StandardProtocolFamily.INET)).isFalse();
    assertThat(local.calls(PORT)).isZero();
    local.close(PORT);
  }

  /** What putting an app to sleep rests on: who closes a place may then believe the count. */
  @Test
  void countsWhoeverIsStillSentToTheContainerBeforeItIsClosed() throws Exception {
    int reached = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 3000; i++) {
        local.open(attachment);
        long before = local.calls(PORT);
        Future<Boolean> caller = threads.submit(() -> reaches(StandardProtocolFamily.INET));
        for (int spin = 0; spin < i % 100 * 50; spin++) {
          Thread.onSpinWait();
        }
        local.close(PORT);
        long counted = local.calls(PORT) - before;
        if (caller.get()) {
          reached++;
          assertThat(counted).isOne();
        }
      }
    }
    assertThat(reached).as("some before it is closed, some after").isBetween(1, 2999);
  }

  private LocalSwitch start(Mounts mounts) {
    return LocalSwitch.start(WARDEN, Ipv4Range.address(INSTANCE), List.of(), mounts);
  }

  private static Attachment attachment(ServerSocket server) {
    PortMapping port = new PortMapping(PORT, server.getLocalPort());
    return new Attachment("127.0.0.1", "veth", "netns", port, List.of());
  }

  private boolean reaches(ProtocolFamily family) throws IOException {
    try (SocketChannel caller = SocketChannel.open(family)) {
      return reaches(caller, new InetSocketAddress(INSTANCE, PORT));
    }
  }

  private boolean reaches(SocketAddress address) throws IOException {
    try (SocketChannel caller = SocketChannel.open()) {
      return reaches(caller, address);
    }
  }

  private boolean reachesUnchecked() {
    try {
      return reaches(new InetSocketAddress(INSTANCE, PORT));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean reaches(SocketChannel caller, SocketAddress address) throws IOException {
    try {
      caller.connect(address);
    } catch (ConnectException | java.net.NoRouteToHostException e) {
      return false;
    }
    try (Socket accepted = container.accept()) {
      return accepted.getPort() == ((InetSocketAddress) caller.getLocalAddress()).getPort();
    }
  }
}
