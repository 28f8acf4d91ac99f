package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.json.Json;
import bellows.base.time.testing.Eventually;
import bellows.contracts.Subjects;
import bellows.contracts.logs.LogBatch;
import bellows.contracts.routing.PortRange;
import bellows.contracts.routing.RouterRegister;
import bellows.router.accesslog.AccessLog;
import bellows.router.backend.BackendPool;
import bellows.router.backend.Transport;
import bellows.router.balance.Balancer;
import bellows.router.routes.Balancing;
import bellows.router.routes.RegistrationException.Reason;
import bellows.router.tcp.TcpCounters;
import bellows.router.tcp.TcpFailure;
import bellows.router.testing.RouterFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.core.type.TypeReference;

/** Ports of the router that lead to an app whatever it speaks. */
class TcpRouteTest {
  private static final int TIMEOUT_MILLIS = 20_000;

  private final int port = freePort();
  private final List<AutoCloseable> owned = Collections.synchronizedList(new ArrayList<>());
  private RouterFixture router = new RouterFixture(this::config);

  private RouterConfig config(RouterConfig config) {
    return config.tcpPorts(new PortRange(port, port));
  }

  /** What a server does with a connection. */
  private interface Talk {
    void with(Socket socket) throws IOException;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : owned.reversed()) {
      one.close();
    }
    router.close();
  }

  private int serve(Talk talk) {
    try {
      ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
      owned.add(server);
      Thread.ofVirtual()
          .start(() -> {
            while (!server.isClosed()) {
              try {
                Socket socket = server.accept();
                owned.add(socket);
                Thread.ofVirtual()
                    .start(() -> {
                      try (socket) {
                        talk.with(socket);
                      } catch (IOException e) {
                        // the test hung up
                      }
                    });
              } catch (IOException e) {
                return;
              }
            }
          });
      return server.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void echo(Socket socket) throws IOException {
    socket.getInputStream().transferTo(socket.getOutputStream());
    socket.shutdownOutput();
  }

  private static void name(Socket socket, String name) throws IOException {
    socket.getOutputStream().write(name.getBytes(StandardCharsets.US_ASCII));
    socket.shutdownOutput();
    socket.getInputStream().readAllBytes();
  }

  private void register(int backend) {
    router.register(RouterRegister.tcp("127.0.0.1", backend, "app", List.of(port)));
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    owned.add(socket);
    return socket;
  }

  private String answer() throws IOException {
    try (Socket socket = connect()) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  /** Not with epoll, which is not chosen for TCP routes ({@link Transport#bestForHalfClosed}). */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
  void movesBytesBothWaysAndEndsEachDirectionByItself(Transport transport) throws Exception {
    router.close();
    router = new RouterFixture(config -> config(config).loops(2, transport));
    register(serve(TcpRouteTest::echo));
    byte[] sent = new byte[8 * 1024 * 1024];
    new Random(1).nextBytes(sent);
    Socket socket = connect();
    Thread sending =
        Thread.ofVirtual()
            .start(() -> {
              try {
                socket.getOutputStream().write(sent);
                socket.shutdownOutput(); // the answer still comes
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    assertThat(socket.getInputStream().readAllBytes()).isEqualTo(sent);
    sending.join();
  }

  /**
   * Its queue of connections is full: the client has said all and ended its direction before it is
   * reached. Not with epoll, as above.
   */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
  void losesNothingThatWasSaidBeforeTheEndpointIsReached(Transport transport) throws Exception {
    router.close();
    router = new RouterFixture(config -> config(config).loops(1, transport));
    try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket _ = new Socket(busy.getInetAddress(), busy.getLocalPort());
        Socket _ = new Socket(busy.getInetAddress(), busy.getLocalPort())) {
      register(busy.getLocalPort());
      byte[] sent = new byte[100_000];
      new Random(1).nextBytes(sent);
      Socket client = connect();
      client.getOutputStream().write(sent);
      client.shutdownOutput();
      assertThat(router.router().tcpCounters().receivedBytes()).as("not reached yet").isZero();
      busy.accept().close();
      busy.accept().close();
      busy.setSoTimeout(TIMEOUT_MILLIS);
      try (Socket reached = busy.accept()) {
        assertThat(reached.getInputStream().readAllBytes()).isEqualTo(sent);
        name(reached, "all of it");
      }
      assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .isEqualTo("all of it");
    }
  }

  @Test
  void connectsAtOnceForServersThatSpeakFirst() throws IOException {
    register(serve(socket -> name(socket, "220 ready")));
    assertThat(answer()).isEqualTo("220 ready");
  }

  @Test
  void readsNoFasterThanTheOtherSideTakes() throws Exception {
    AtomicLong taken = new AtomicLong();
    int lazy =
        serve(socket -> {
          try {
            Thread.sleep(TIMEOUT_MILLIS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    register(lazy);
    Socket socket = connect();
    Thread.ofVirtual()
        .start(() -> {
          byte[] chunk = new byte[64 * 1024];
          try {
            while (true) {
              socket.getOutputStream().write(chunk);
              taken.addAndGet(chunk.length);
            }
          } catch (IOException e) {
            // the test is over
          }
        });
    AtomicLong before = new AtomicLong(-1);
    Eventually.until(
        "nothing more is taken", () -> taken.get() > 0 && taken.get() == stable(before, taken));
    assertThat(taken.get()).as("what kernels and router hold").isLessThan(64L * 1024 * 1024);
  }

  /** The value of half a second ago, so that it is equal once nothing moves. */
  private static long stable(AtomicLong before, AtomicLong now) {
    try {
      before.set(now.get());
      Thread.sleep(500); // the measuring interval
      return before.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }

  @Test
  void spreadsConnectionsAndPassesOverWhatCannotBeDialled() throws IOException {
    register(router.closedPort());
    register(serve(socket -> name(socket, "one")));
    register(serve(socket -> name(socket, "two")));
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Socket socket = connect();
      answers.add(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
    }
    assertThat(answers).containsOnly("one", "two");
    assertThat(Collections.frequency(answers, "one")).isEqualTo(3);
    assertThat(router.router().tcpCounters().failures(TcpFailure.DIAL))
        .as("it was asked for once, though it has the fewest")
        .isEqualTo(1);
  }

  @Test
  void holdsNoMoreConnectionsToAnEndpointThanAllowed() throws IOException {
    router.close();
    router =
        new RouterFixture(config ->
            config(config)
                .balancing(new Balancer.Config(1, Balancing.ROUND_ROBIN, ""))
                .backends(BackendPool.Config.DEFAULT, 1));
    register(serve(socket -> name(socket, "one")));
    Socket first = connect();
    assertThat(first.getInputStream().readNBytes(3)).hasSize(3);
    assertThat(answer()).as("closed at once").isEmpty();
    first.close();
    Eventually.until(
        "there is room again",
        () -> {
          try {
            return answer().equals("one");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private RouterRegister instance(int backend, String instance, String state) {
    return RouterRegister.instance(
            "127.0.0.1",
            backend,
            List.of(),
            "guid",
            "dea",
            instance,
            3,
            Map.of("state", state, "concurrency", "2"))
        .withTcpPorts(List.of(port));
  }

  @Test
  void wakesAnInstanceOnlyUnderPressure() throws IOException {
    router.register(instance(serve(socket -> name(socket, "sleeper")), "sleeper", "asleep"));
    router.register(instance(serve(socket -> name(socket, "waker")), "waker", "awake"));
    List<String> answers = new ArrayList<>();
    List<Socket> open = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Socket socket = connect();
      open.add(socket);
      answers.add(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
    }
    assertThat(answers)
        .as("as the third is one too many")
        .containsExactly("waker", "waker", "sleeper");
    for (Socket socket : open) {
      socket.close();
    }
  }

  @Test
  void logsEachConnectionForOperatorsAndTheApp(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("access.log");
    List<LogBatch.Line> published = new CopyOnWriteArrayList<>();
    router.close();
    router = new RouterFixture(config -> config(config).accessLog(file));
    router
        .bus()
        .subscribe(
            Subjects.LOGS, m -> m.message().ifPresent(batch -> published.addAll(batch.lines())));
    int backend = serve(TcpRouteTest::echo);
    router.register(instance(backend, "instance-1", "awake"));
    try (Socket socket = connect()) {
      socket.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      assertThat(socket.getInputStream().readAllBytes()).hasSize(5);
    }
    Eventually.until("the app's line is published", () -> published.size() == 1);
    router.unregister(instance(backend, "instance-1", "awake"));
    register(router.closedPort());
    try (Socket socket = connect()) {
      assertThat(socket.getInputStream().readAllBytes()).isEmpty();
    }
    router.close();
    List<String> lines = Files.readAllLines(file);
    String begin = ":" + port + " - \\[[0-9T:.-]{29}Z] \"TCP\" - ";
    String client = "\"-\" \"-\" \"127\\.0\\.0\\.1:[0-9]+\" ";
    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst())
        .isEqualTo(published.getFirst().text())
        .matches(
            begin
                + "5 5 "
                + client
                + "\"127\\.0\\.0\\.1:"
                + backend
                + "\" connection_time:[0-9]+\\.[0-9]{6} app_id:\"guid\" app_index:\"3\""
                + " instance_id:\"instance-1\" x_cf_routererror:\"-\"");
    assertThat(published.getFirst().app()).isEqualTo("guid");
    assertThat(published.getFirst().instanceId()).isEqualTo("3");
    assertThat(lines.getLast())
        .matches(
            begin
                + "0 0 "
                + client
                + "\"-\" connection_time:[0-9.]+ app_id:\"-\" app_index:\"-\" instance_id:\"-\""
                + " failed_attempts:1 x_cf_routererror:\"no_endpoint\"");
  }

  /** Another instance may get the address while a connection to the one before is open. */
  @Test
  void logsTheInstanceThatWasReached(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("access.log");
    router.close();
    router = new RouterFixture(config -> config(config).accessLog(file));
    int backend = serve(TcpRouteTest::echo);
    router.register(instance(backend, "first", "awake"));
    try (Socket socket = connect()) {
      socket.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().readNBytes(5)).hasSize(5);
      router.register(instance(backend, "second", "awake"));
    }
    Eventually.until("it is over", () -> router.router().tcpCounters().open() == 0);
    router.close();
    assertThat(Files.readString(file)).contains("instance_id:\"first\"");
  }

  @Test
  void logsAsJsonIfSoSet(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("access.log");
    router.close();
    router =
        new RouterFixture(config ->
            config(config)
                .accessLog(AccessLog.Config.DEFAULT.file(file).format(AccessLog.Format.JSON)));
    int backend = serve(TcpRouteTest::echo);
    router.register(instance(backend, "instance-1", "awake"));
    try (Socket socket = connect()) {
      socket.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      assertThat(socket.getInputStream().readAllBytes()).hasSize(5);
    }
    Eventually.until("it is over", () -> router.router().tcpCounters().open() == 0);
    router.close();
    Map<String, Object> fields = Json.read(Files.readString(file), new TypeReference<>() {});
    assertThat(fields)
        .containsEntry("protocol", "TCP")
        .containsEntry("port", port)
        .containsEntry("request_bytes", 5)
        .containsEntry("response_bytes", 5)
        .containsEntry("backend", "127.0.0.1:" + backend)
        .containsEntry("app_id", "guid")
        .containsEntry("instance_id", "instance-1")
        .containsEntry("failed_attempts", 0)
        .containsEntry("x_cf_routererror", null)
        .containsKeys("timestamp", "remote", "connection_time", "app_index");
  }

  @Test
  void logsWhatIsOpenWhenTheRouterEnds(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("access.log");
    router.close();
    router = new RouterFixture(config -> config(config).accessLog(file));
    register(serve(TcpRouteTest::echo));
    Socket socket = connect();
    socket.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
    assertThat(socket.getInputStream().readNBytes(5)).hasSize(5);
    router.close();
    assertThat(Files.readString(file)).startsWith(":" + port + " - [").contains("\"TCP\" - 5 5 ");
    assertThat(socket.getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void countsConnectionsAndWhatBecameOfThem() throws IOException {
    TcpCounters counters = router.router().tcpCounters();
    router.register(instance(router.closedPort(), "dead", "awake")); // and so tried first
    router.register(instance(serve(TcpRouteTest::echo), "echo", "asleep"));
    Socket open = connect();
    open.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
    assertThat(open.getInputStream().readNBytes(5)).hasSize(5);
    assertThat(counters.accepted()).isEqualTo(1);
    assertThat(counters.open()).isEqualTo(1);
    assertThat(counters.receivedBytes()).isEqualTo(5);
    assertThat(counters.sentBytes()).isEqualTo(5);
    open.setSoLinger(true, 0);
    open.close();
    Eventually.until("it is reset", () -> counters.open() == 0);
    assertThat(counters.failures(TcpFailure.RESET)).isEqualTo(1);
    assertThat(counters.failures(TcpFailure.NO_ENDPOINT)).isZero();
    assertThat(counters.failures(TcpFailure.DIAL)).isEqualTo(1);
  }

  @Test
  void closesThePortWithTheLastEndpoint() throws IOException {
    int backend = serve(socket -> name(socket, "one"));
    register(backend);
    assertThat(answer()).isEqualTo("one");
    router.unregister(RouterRegister.tcp("127.0.0.1", backend, "app", List.of(port)));
    Eventually.until(
        "nobody listens",
        () -> {
          try (Socket socket = connect()) {
            return !socket.isConnected();
          } catch (ConnectException e) {
            return true;
          } catch (IOException e) {
            return false;
          }
        });
  }

  @Test
  void opensNoPortThatIsNotForTcpRoutes() {
    int other = freePort();
    router
        .bus()
        .publish(
            Subjects.ROUTER_REGISTER,
            RouterRegister.tcp("127.0.0.1", serve(TcpRouteTest::echo), "app", List.of(other)));
    Eventually.until("it is refused", () -> router.router().refusals().count(Reason.PORT) == 1);
    assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), other))
        .isInstanceOf(ConnectException.class);
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
