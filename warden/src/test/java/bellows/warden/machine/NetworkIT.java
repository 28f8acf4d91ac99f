package bellows.warden.machine;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.warden.Container;
import bellows.warden.Egress;
import bellows.warden.PortMapping;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Who may talk to whom. "Fails without" names what was taken out to see the test fail. Between two
 * containers there are several walls, so that taking out one rule changes nothing: isolated ports
 * of the bridge, {@code oifname bridge drop}, and only what was mapped is let in.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NetworkIT {
  /** Answers every connection with a word. */
  private static final String SERVER =
      """
      exec python3 -c '
      import socket
      s = socket.create_server(("", 8080))
      while True:
        c, a = s.accept()
        c.sendall(b"hello"); c.close()'
      """;

  /** Tries each address:port of its arguments; says how it went. */
  private static final String CLIENT =
      """
      cat > /tmp/client.py <<'E'
      import socket, sys
      for target in sys.argv[1:]:
        host, port = target.rsplit(":", 1)
        try:
          c = socket.create_connection((host, int(port)), 0.7)
          print("open", flush=True)
        except OSError as e:
          print("closed", flush=True)
      E
      python3 /tmp/client.py \
      """;

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
  void mapsTheHostPortToTheContainer() {
    Container server = server(new PortMapping(61_001, 8080));
    try {
      assertThat(get(wardens.config.instanceAddress(), 61_001)).isEqualTo("hello");
      assertThat(get(server.ip(), 8080)).isEqualTo("hello");

      server.disconnect();
      assertThat(get(wardens.config.instanceAddress(), 61_001)).isEmpty();
      server.connect();
      server.connect();
      assertThat(get(wardens.config.instanceAddress(), 61_001)).isEqualTo("hello");
    } finally {
      server.destroy();
    }
    assertThat(TestWarden.host("nft list map ip " + wardens.config.name() + " awake").out())
        .doesNotContain("61001");
  }

  /** Fails without an address of the bridge's own: it would take the lowest of its cables'. */
  @Test
  void keepsTheHostsHardwareAddressWhileContainersComeAndGo() {
    String read = "cat /sys/class/net/" + wardens.config.name() + "0/address";
    String before = TestWarden.host(read).out();
    for (int i = 0; i < 4; i++) {
      Container container = server(new PortMapping(61_010 + i, 8080));
      try {
        assertThat(TestWarden.host(read).out()).isEqualTo(before);
      } finally {
        container.destroy();
      }
      assertThat(TestWarden.host(read).out()).isEqualTo(before);
    }
  }

  @Test
  void mapsThePortForAnotherMachine() {
    Container server = server(new PortMapping(61_002, 8080));
    try (var other = new OtherMachine(wardens.config, "10.250", true)) {
      assertThat(other.run(read(wardens.config.instanceAddress(), 61_002))).isEqualTo("hello");
      // Past the map there is no way in: fails without the chain to_container.
      assertThat(other.run(read(server.ip(), 8080))).isEmpty();
    } finally {
      server.destroy();
    }
  }

  @Test
  void reachesNeitherHostNorNeighbours() throws Exception {
    Container neighbour = server(new PortMapping(61_003, 8080));
    try (var onHost = new java.net.ServerSocket(0)) {
      String uplink =
          TestWarden.host("ip route get 192.0.2.1 | grep -o 'src [0-9.]*' | cut -d' ' -f2")
              .out()
              .strip();
      var outcome =
          tries(
              // Fails without the jump to to_host.
              wardens.config.instanceAddress() + ":" + onHost.getLocalPort(),
              uplink + ":" + onHost.getLocalPort(),
              wardens.config.instanceAddress() + ":61003",

              // Fails without isolated ports.
              neighbour.ip() + ":8080",
              "169.254.169.254:80",
              "127.0.0.1:" + onHost.getLocalPort(),
              "::1:" + onHost.getLocalPort(),
              "fd00::2:" + onHost.getLocalPort());

      assertThat(outcome).containsOnly("closed").hasSize(8);
    } finally {
      neighbour.destroy();
    }
  }

  @Test
  void reachesTheWorldUnlessDenied() {
    // The world has no route back: without masquerade this stays closed.
    try (var world = new OtherMachine(wardens.config, "10.249", false)) {
      String target = world.address() + ":80";
      Eventually.until("the world listens", () -> tries(target).equals(List.of("open")));

      // Fails without the set denied; an overlap of the ranges is no error.
      assertThat(tries(new Egress(List.of("10.249.0.0/16", world.address())), target))
          .containsExactly("closed");
      assertThat(tries(Egress.none(), target)).containsExactly("closed");
    }
  }

  @Test
  void cannotPretendToBeAnother() {
    // Fails without the bridge table's chain. A root process in the namespace stands for an app
    // that
    // found a way to raw packets: it gives itself the address of another container.
    Container liar = wardens.running("sleep 60");
    try (var world = new OtherMachine(wardens.config, "10.249", false)) {
      String netns = wardens.config.name() + "-" + liar.id();
      String stolen = wardens.config.instanceAddress().replaceAll("\\.1$", ".200");
      TestWarden.host("ip -n " + netns + " addr add " + stolen + "/24 dev eth0").orThrow("lie");

      Eventually.until("its own address", () -> connects(netns, liar.ip(), world.address()));
      assertThat(connects(netns, stolen, world.address())).isFalse();
    } finally {
      liar.destroy();
    }
  }

  @Test
  void resolvesNamesAndItself() {
    var outcome =
        wardens.run(
            "getent hosts $(hostname) | tr -s ' '; cat /etc/resolv.conf; id -un; cat /proc/sys/net/ipv6/conf/all/disable_ipv6");

    assertThat(outcome.out()).contains("nameserver").contains("vcap").endsWith("1\n");
    assertThat(outcome.out().lines().findFirst().orElseThrow()).startsWith("10.253.");
  }

  private Container server(PortMapping port) {
    Container container = wardens.running(SERVER, s -> TestWarden.with(s, port));
    Eventually.until("the server listens", () -> container.listening(8080));
    assertThat(container.listening(8081)).isFalse();
    return container;
  }

  private List<String> tries(String... targets) {
    return tries(Egress.open(), targets);
  }

  private List<String> tries(Egress egress, String... targets) {
    return wardens
        .run(CLIENT + String.join(" ", targets), s -> TestWarden.with(s, egress))
        .out()
        .lines()
        .toList();
  }

  private static String get(String address, int port) {
    return TestWarden.host(read(address, port)).out();
  }

  private static String read(String address, int port) {
    return "timeout 1 bash -c 'cat < /dev/tcp/" + address + "/" + port + "'";
  }

  private static boolean connects(String netns, String from, String to) {
    return TestWarden.host(
            "ip netns exec "
                + netns
                + " python3 -c 'import socket; "
                + "socket.create_connection((\""
                + to
                + "\", 80), 1, (\""
                + from
                + "\", 0))'")
        .ok();
  }
}
