package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.time.testing.Eventually;
import bellows.contracts.Subjects;
import bellows.contracts.routing.RouterRegister;
import bellows.router.backend.BackendPool;
import bellows.router.backend.Transport;
import bellows.router.balance.Balancer;
import bellows.router.routes.Balancing;
import bellows.router.routes.RegistrationException.Reason;
import bellows.router.tcp.PortRange;
import bellows.router.testing.RouterFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

  @ParameterizedTest
  @EnumSource(Transport.class)
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
