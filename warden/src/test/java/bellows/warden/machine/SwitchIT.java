package bellows.warden.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.time.testing.Eventually;
import bellows.warden.Connection;
import bellows.warden.Container;
import bellows.warden.ContainerSpec;
import bellows.warden.PortMapping;
import bellows.warden.Traffic;
import bellows.warden.WardenException;
import bellows.warden.WardenException.Failure;
import bellows.warden.netlink.Connections;
import bellows.warden.network.Ipv4Range;
import bellows.warden.network.LocalSwitches;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The kernel's switch between a container and the activator. */
class SwitchIT {
  private static final int PORT = 61_040;

  /** Answers each byte with a word, but keeps silent on a question mark. */
  private static final String SERVER =
      """
      exec python3 -c '
      import selectors, socket
      ready = selectors.DefaultSelector()
      server = socket.create_server(("", 8080), backlog=600)
      ready.register(server, selectors.EVENT_READ)
      def serve(client):
        said = client.recv(1)
        if said and said != b"?": client.sendall(b"app")
        return said
      while True:
        for key, _ in ready.select():
          if key.fileobj is server:
            ready.register(server.accept()[0], selectors.EVENT_READ)
            continue
          try: more = serve(key.fileobj)
          except OSError: more = b""
          if not more:
            ready.unregister(key.fileobj)
            key.fileobj.close()'
      """;

  private static final String ASK =
      "timeout 2 bash -c 'exec 3<>/dev/tcp/%s/%s; printf x >&3; head -c3 <&3'";

  private ServerSocket activator;
  private TestWarden wardens;

  @BeforeEach
  void start() throws IOException {
    activator = new ServerSocket(0, 50, InetAddress.getByName("0.0.0.0"));
    Thread.ofVirtual().start(this::serve);
    wardens =
        new TestWarden(
            TestWarden.freshConfig().withActivatorPort(activator.getLocalPort()), step -> {});
  }

  @AfterEach
  void stop() throws IOException {
    wardens.close();
    activator.close();
    assertThat(Remains.of(wardens.config)).isEmpty();
  }

  @Test
  void sendsAnOpenPortToTheActivatorUntilAContainerIsConnected() throws Exception {
    assertThat(answer()).isEqualTo("refused");
    wardens.warden.openPort(PORT);
    wardens.warden.openPort(PORT);
    assertThat(answer()).isEqualTo("act");

    Container server = server();
    try {
      assertThat(answer()).isEqualTo("app");
      server.disconnect();
      assertThat(answer()).isEqualTo("act");
      server.connect();
      assertThat(answer()).isEqualTo("app");
    } finally {
      server.destroy();
    }
    assertThat(answer()).isEqualTo("act");
    wardens.warden.closePort(PORT);
    wardens.warden.closePort(PORT);
    assertThat(answer()).isEqualTo("refused");
  }

  @Test
  void sendsAnotherMachineToTheActivatorButNoContainer() {
    wardens.warden.openPort(PORT);
    String ask = ASK.formatted(wardens.config.instanceAddress(), PORT);
    try (var other = new OtherMachine(wardens.config, "10.250", true)) {
      assertThat(other.run(ask)).isEqualTo("act");
    }
    // Fails when the bridge's traffic is not taken out of the switch, and without to_host.
    assertThat(wardens.run(ask).out()).isEmpty();
  }

  @Test
  void sendsThisMachinesProgramsToTheContainerItselfAndTranslatesForOthers() throws Exception {
    wardens.warden.openPort(PORT);
    Container server = server();
    long own = Ipv4Range.address(server.ip());
    try (Socket client = connect();
        var other = new OtherMachine(wardens.config, "10.250", true)) {
      ask(client);
      assertThat(Connections.tcpTo(own))
          .extracting(tracked -> tracked.from().port())
          .contains(client.getLocalPort());

      Traffic before = traffic();
      assertThat(other.run(ASK.formatted(wardens.config.instanceAddress(), PORT))).isEqualTo("app");
      assertThat(Connections.tcpTo(Ipv4Range.address(wardens.config.instanceAddress())))
          .extracting(tracked -> tracked.served().address())
          .contains(own);
      assertThat(traffic().packets()).isGreaterThan(before.packets());
    }
  }

  @Test
  void translatesForThisMachinesProgramsWhereTheKernelCannotDoBetter() throws Exception {
    LocalSwitches.remove(wardens.config.name());
    wardens.warden.openPort(PORT);
    Container server = server();
    try (Socket client = connect()) {
      Traffic before = traffic();
      assertThat(ask(client)).isEqualTo("app");
      assertThat(traffic().packets()).isGreaterThan(before.packets());
      assertThat(Connections.tcpTo(Ipv4Range.address(server.ip()))).isEmpty();
      say(client, '?');
      Eventually.until("asked", () -> wardens.warden.unanswered().equals(Set.of(PORT)));
      assertThat(isUnanswered(server)).isTrue();
    }
  }

  /** Its packets are dropped, but only after they could have been counted. */
  @Test
  void letsNoAppKeepAnotherAwake() throws Exception {
    wardens.warden.openPort(PORT);
    Container server = server();
    assertThat(answer()).isEqualTo("app");
    Traffic before = traffic();

    String knock = "timeout 1 bash -c 'echo > /dev/tcp/%s/%s'; ";
    wardens.run(
        knock.formatted(server.ip(), 8080)
            + knock.formatted(wardens.config.instanceAddress(), PORT));

    assertThat(traffic()).isEqualTo(before);
  }

  /** So that an app which is only looked after can fall asleep. */
  @Test
  void countsNothingThatHappensInside() throws Exception {
    wardens.warden.openPort(PORT);
    Container server = server();
    assertThat(answer()).isEqualTo("app");
    Traffic before = traffic();

    String said =
        server.inside(() -> {
          try (Socket socket = new Socket(server.ip(), 8080)) {
            return ask(socket);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });

    assertThat(said).isEqualTo("app");
    assertThat(traffic()).isEqualTo(before);
    server.destroy();
    assertThatThrownBy(() -> server.inside(() -> "seen"))
        .isInstanceOfSatisfying(
            WardenException.class, e -> assertThat(e.failure()).isEqualTo(Failure.WRONG_STATE));
  }

  @Test
  void saysSoWhenThePortCannotBeSwitched() {
    Container server = server();
    server.disconnect();
    TestWarden.host("nft delete table ip " + wardens.config.name()).orThrow("nft");
    assertThatThrownBy(server::connect)
        .isInstanceOfSatisfying(
            WardenException.class, e -> assertThat(e.failure()).isEqualTo(Failure.SWITCH_FAILED))
        .hasMessageContaining(server.id());
  }

  @Test
  void countsWhatMovesAndWhoIsConnected() throws Exception {
    wardens.warden.openPort(PORT);
    Container server = server();
    try (Socket client = connect()) {
      ask(client);
      Traffic before = traffic();
      assertThat(before.packets()).isPositive();
      assertThat(traffic()).isEqualTo(before);
      assertThat(ask(client)).isEqualTo("app");
      Traffic after = traffic();
      assertThat(after.packets()).isGreaterThan(before.packets());
      assertThat(after.bytes()).isGreaterThan(before.bytes());

      List<Connection> connections = server.connections();
      assertThat(connections).hasSize(1);
      assertThat(connections.getFirst().hostPort()).isEqualTo(PORT);
      assertThat(connections.getFirst().answeredBy()).isEqualTo(server.ip());
      assertThat(connections.getFirst().client()).endsWith(":" + client.getLocalPort());
      assertThat(connections.getFirst().bytes()).isPositive();

      long counted = connections.getFirst().bytes();
      long own = Ipv4Range.address(server.ip());
      Connections.forget(tracked -> tracked.served().address() == own);

      // The kernel takes up what still lives with its next packet, a late ACK for instance, anew.
      assertThat(server.connections()).allMatch(c -> c.bytes() < counted);
    } finally {
      server.destroy();
    }
  }

  @Test
  void knowsWhoWaitsForAnAnswer() throws Exception {
    wardens.warden.openPort(PORT);
    wardens.warden.openPort(PORT + 1);
    server();
    assertThat(wardens.warden.unanswered()).isEmpty();
    try (Socket client = connect()) {
      assertThat(wardens.warden.unanswered()).isEmpty();
      say(client, '?');
      Eventually.until("asked", () -> wardens.warden.unanswered().equals(Set.of(PORT)));
      assertThat(ask(client)).isEqualTo("app");
      assertThat(wardens.warden.unanswered()).isEmpty();

      say(client, '?');
      Eventually.until("asked", () -> !wardens.warden.unanswered().isEmpty());
      wardens = wardens.again();
      assertThat(wardens.warden.unanswered()).containsExactly(PORT);
      client.setSoLinger(true, 0);
    }
    Eventually.until("given up", () -> wardens.warden.unanswered().isEmpty());
  }

  @Test
  void takesTheEndOfAProgramAsAnAnswer() throws Exception {
    wardens.warden.openPort(PORT);
    Container server = server();
    try (Socket client = connect()) {
      say(client, '?');
      Eventually.until("asked", () -> wardens.warden.unanswered().equals(Set.of(PORT)));
      server.kill();
      Eventually.until("over", () -> wardens.warden.unanswered().isEmpty());
    }
  }

  @Test
  void knowsWhoWaitsForAnAnswerThroughTheActivator() throws Exception {
    wardens.warden.openPort(PORT);
    try (Socket client = connect()) {
      say(client, '?');
      Eventually.until("asked", () -> wardens.warden.unanswered().equals(Set.of(PORT)));
      assertThat(ask(client)).isEqualTo("act");
      Eventually.until("answered", () -> wardens.warden.unanswered().isEmpty());
    }
  }

  @Test
  void handsAPortOverWithoutAMomentInBetween() throws Exception {
    wardens.warden.openPort(PORT);
    Container first = server();
    Container second = wardens.create(onPort(wardens.spec("bash", "-c", SERVER)));
    second.disconnect();
    second.start();
    Eventually.until("the second listens", () -> second.listening(8080));
    try (Socket kept = connect();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      ask(kept);
      Future<Set<String>> answers =
          threads.submit(() -> {
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < 500; i++) {
              seen.add(answer());
            }
            return seen;
          });
      while (!answers.isDone()) {
        second.connect();
        first.connect();
      }
      assertThat(answers.get()).containsExactly("app");

      second.connect();
      first.disconnect();
      assertThat(List.of(first.connected(), second.connected())).containsExactly(false, true);
      assertThat(ask(kept)).isEqualTo("app");
      try (Socket fresh = connect()) {
        assertThat(ask(fresh)).isEqualTo("app");
        say(kept, '?');
        Eventually.until("asked", () -> isUnanswered(first));
        assertThat(isUnanswered(second)).isFalse();
      }
      first.connect();
      second.connect();
      wardens = wardens.again();
      assertThat(answer()).isEqualTo("app");
    }
  }

  private static boolean isUnanswered(Container container) {
    List<Connection> established =
        container.connections().stream().filter(c -> c.hostPort() == PORT).toList();
    assertThat(established).isNotEmpty();
    return established.stream().anyMatch(Connection::unanswered);
  }

  @Test
  void sendsNobodyToTheNextContainerWhoWasConnectedToTheOneBefore() throws Exception {
    wardens.warden.openPort(PORT);
    Container server = server();
    String ip = server.ip();
    List<Socket> kept = new ArrayList<>();
    try {
      for (int i = 0; i < 500; i++) {
        Socket socket = new Socket();
        kept.add(socket);
        // Ports that are chosen while connecting may also be those of others, to other containers.
        socket.bind(new InetSocketAddress(wardens.config.instanceAddress(), 0));
        socket.connect(new InetSocketAddress(wardens.config.instanceAddress(), PORT), 5000);
        socket.setSoTimeout(5000);
        assertThat(ask(socket)).isEqualTo("app");
      }
      server.kill();
      TestWarden.exit(server);
      server.destroy();
      assertThat(tracked(ip)).isEmpty();

      wardens.running(SERVER.replace("app", "two"), SwitchIT::onPort);
      Eventually.until("the next one answers", () -> isAnswered("two"));
      for (Socket socket : kept) {
        assertThat(afterTheEnd(socket)).isEmpty();
        SocketAddress local = socket.getLocalSocketAddress();
        socket.setSoLinger(true, 0);
        socket.close();
        assertThat(answerTo(local)).isEqualTo("two");
      }
    } finally {
      for (Socket socket : kept) {
        socket.close();
      }
    }
  }

  private boolean isAnswered(String word) {
    try {
      return answer().equals(word);
    } catch (IOException e) {
      return false;
    }
  }

  private static String afterTheEnd(Socket socket) {
    try {
      return ask(socket);
    } catch (IOException e) {
      return "";
    }
  }

  /** What a client with the same address and port as an earlier one is told. */
  private String answerTo(SocketAddress local) throws IOException {
    try (Socket socket = new Socket()) {
      socket.setReuseAddress(true);
      // The earlier socket lives on for a moment, as in a process that is just being made.
      Eventually.until("the address is free", () -> isBound(socket, local));
      socket.connect(new InetSocketAddress(wardens.config.instanceAddress(), PORT), 5000);
      socket.setSoTimeout(5000);
      socket.setSoLinger(true, 0);
      return ask(socket);
    }
  }

  private static boolean isBound(Socket socket, SocketAddress local) {
    try {
      socket.bind(local);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void forgetsTheConnectionsOfADestroyedContainer() throws Exception {
    wardens.warden.openPort(PORT);
    Container server = server();
    String ip = server.ip();
    try (Socket client = connect()) {
      ask(client);
      assertThat(tracked(ip)).isNotEmpty();

      server.destroy();

      assertThat(afterTheEnd(client)).isEmpty();
      assertThat(tracked(ip)).isEmpty(); // nor does the kernel take what came late for a new one
    }
  }

  @Test
  void leavesAClientWhatWasSaidBeforeTheEnd() throws Exception {
    wardens.warden.openPort(PORT);
    Container server = server();
    try (Socket client = connect()) {
      say(client, 'x');
      Eventually.until("the answer is there", () -> unread(client) == 3);

      server.destroy();

      assertThat(ask(client)).isEqualTo("app"); // though the kernel refuses what it says now
    }
  }

  private static int unread(Socket socket) {
    try {
      return socket.getInputStream().available();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void forgetsTheConnectionsOfAContainerThatWasHalfDestroyed() throws Exception {
    wardens.warden.openPort(PORT);
    Container server = server();
    String ip = server.ip();
    Path record = Path.of("/run/warden-" + wardens.config.name(), "records", server.id() + ".json");
    try (Socket client = connect()) {
      ask(client);
      assertThat(tracked(ip)).isNotEmpty();

      Files.delete(record);
      wardens = wardens.again();

      assertThat(tracked(ip)).isEmpty();
    }
  }

  @Test
  void staysAsItIsWhenTheWardenDies() throws Exception {
    wardens.warden.openPort(PORT);
    wardens.warden.openPort(PORT + 1);
    Container server = server();
    try (Socket client = connect()) {
      ask(client);
      Traffic before = traffic();

      wardens = wardens.again();

      assertThat(wardens.warden.openPorts()).containsExactlyInAnyOrder(PORT, PORT + 1);
      assertThat(ask(client)).isEqualTo("app");
      assertThat(answer()).isEqualTo("app");
      assertThat(traffic().packets()).isGreaterThan(before.packets());
      Container adopted = wardens.warden.find(server.id()).orElseThrow();
      adopted.disconnect();
      assertThat(answer()).isEqualTo("act");
      adopted.destroy();
    }
  }

  private Traffic traffic() {
    Map<Integer, Traffic> traffic = wardens.warden.traffic();
    return traffic.getOrDefault(PORT, Traffic.NONE);
  }

  private static String tracked(String ip) {
    return TestWarden.host("grep -w " + ip + " /proc/net/nf_conntrack").out();
  }

  private Container server() {
    Container container = wardens.running(SERVER, SwitchIT::onPort);
    Eventually.until("the server listens", () -> container.listening(8080));
    return container;
  }

  private static ContainerSpec onPort(ContainerSpec spec) {
    return TestWarden.with(spec, new PortMapping(PORT, 8080));
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(wardens.config.instanceAddress(), PORT);
    socket.setSoTimeout(5000);
    return socket;
  }

  private String answer() throws IOException {
    try (Socket socket = connect()) {
      return ask(socket);
    } catch (java.net.ConnectException e) {
      return "refused";
    }
  }

  private static void say(Socket socket, char what) throws IOException {
    socket.getOutputStream().write(what);
  }

  private static String ask(Socket socket) throws IOException {
    say(socket, 'x');
    return new String(socket.getInputStream().readNBytes(3), StandardCharsets.US_ASCII);
  }

  private void serve() {
    while (true) {
      try (Socket socket = activator.accept()) {
        for (int said = socket.getInputStream().read();
            said >= 0;
            said = socket.getInputStream().read()) {
          if (said != '?') {
            socket.getOutputStream().write("act".getBytes(StandardCharsets.US_ASCII));
          }
        }
      } catch (IOException e) {
        if (activator.isClosed()) {
          return;
        }
      }
    }
  }
}
