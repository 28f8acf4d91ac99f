package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import bellows.bus.InProcessBus;
import bellows.contracts.Subjects;
import bellows.contracts.routing.PortRange;
import bellows.contracts.routing.RouterRegister;
import bellows.router.backend.Transport;
import bellows.router.handover.HandOver;
import bellows.router.handover.HandOverException;
import bellows.router.handover.TakeOver;
import bellows.router.pipeline.Timeouts;
import bellows.router.testing.RawClient;
import bellows.router.testing.RawHttp2;
import bellows.router.testing.ScriptedBackend;
import bellows.router.testing.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One router takes the place of another at the same address (robustness.md, F61). */
class HandOverIT {
  private static final int HAND_OVERS = 8;
  private static final String WEBSOCKET =
      """
      GET /ws HTTP/1.1\r
      Host: app.test\r
      Connection: Upgrade\r
      Upgrade: websocket\r
      Sec-WebSocket-Key: a2V5\r
      Sec-WebSocket-Version: 13\r
      \r
      """;

  private static final String SWITCHED =
      """
      HTTP/1.1 101 Switching Protocols\r
      Connection: upgrade\r
      Upgrade: websocket\r
      Sec-WebSocket-Accept: yes\r
      \r
      """;

  @TempDir Path directory;
  private final SystemScheduler clock = new SystemScheduler();
  private final InProcessBus bus = new InProcessBus(clock);
  private final List<AutoCloseable> owned = Collections.synchronizedList(new ArrayList<>());
  private int port;

  /** A router, and the thread that closes it when it is replaced. */
  private final class Running {
    private final Router router;
    private final CountDownLatch replaced = new CountDownLatch(1);
    private final Thread closing;

    private Running(UnaryOperator<RouterConfig> change) {
      RouterConfig config =
          RouterConfig.defaults()
              .listen("127.0.0.1", port)
              .loops(2, null)
              .fill(Duration.ofMillis(50), Duration.ofSeconds(5));
      router = new Router(change.apply(config), bus, clock);
      router.handOver(directory.resolve("router.sock"), replaced::countDown);
      closing =
          Thread.ofVirtual()
              .unstarted(() -> {
                try {
                  replaced.await();
                  router.close();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      owned.add(router);
      router.start();
      closing.start();
      port = router.address().getPort();
    }

    private RawClient client() {
      return new RawClient(address(port));
    }

    private boolean isOver() {
      return !closing.isAlive();
    }
  }

  @BeforeEach
  void start() {
    bus.start();
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : owned.reversed()) {
      one.close();
    }
    bus.close();
    clock.close();
  }

  /** Serves app.test; registers whenever a router asks, as a DEA does. */
  private ScriptedBackend serve(ScriptedBackend app) {
    owned.add(app);
    bus.subscribe(
        Subjects.ROUTER_START,
        _ ->
            bus.publish(
                Subjects.ROUTER_REGISTER,
                RouterRegister.component("c", "127.0.0.1", app.port(), List.of("app.test"))));
    return app;
  }

  private static UnaryOperator<RouterConfig> draining(Duration drain) {
    return config ->
        config.timeouts(
            new Timeouts(
                Timeouts.DEFAULT.header(),
                Timeouts.DEFAULT.clientIdle(),
                Timeouts.DEFAULT.endpoint(),
                drain));
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void losesNoConnectionAndNoRequest(Transport transport) throws Exception {
    serve(ScriptedBackend.saying("hello"));
    UnaryOperator<RouterConfig> config = each -> each.loops(2, transport);
    List<Running> routers = new ArrayList<>(List.of(new Running(config)));
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger served = new AtomicInteger();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      boolean keepsAlive = i % 3 == 0;
      clients.add(
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                while (!over.get()) {
                  try {
                    served.addAndGet(converse(keepsAlive, over));
                  } catch (AssertionError | RuntimeException e) {
                    failures.add(e);
                  }
                }
              }));
    }
    for (int i = 0; i < HAND_OVERS; i++) {
      int before = served.get();
      Eventually.until("it serves", () -> served.get() > before + 500);
      routers.add(new Running(config));
    }
    over.set(true);
    for (Thread client : clients) {
      client.join();
    }
    assertThat(failures).isEmpty();
    assertThat(served.get()).isGreaterThan(500 * HAND_OVERS);
    for (Running old : routers.subList(0, HAND_OVERS)) {
      Eventually.until("those before have ended", old::isOver);
    }
  }

  /** One connection, as long as it lasts; how many requests were answered. */
  private int converse(boolean keepsAlive, AtomicBoolean over) {
    int answered = 0;
    try (RawClient client = new RawClient(address(port))) {
      RawClient.Response response;
      do {
        response = client.get("app.test", "/").read();
        assertThat(response.status()).isEqualTo(200);
        answered++;
      } while (keepsAlive && !over.get() && !"close".equals(response.header("Connection")));
    }
    return answered;
  }

  @Test
  void servesWhatIsOpenAndAsksToGoElsewhere() {
    serve(ScriptedBackend.saying("hello"));
    Running old = new Running(draining(Duration.ofSeconds(2)));
    try (RawClient idle = old.client();
        RawClient fresh = old.client();
        RawClient silent = old.client()) {
      assertThat(idle.get("app.test", "/").read().header("Connection")).isNotEqualTo("close");
      // Those that are not would be the new one's.
      Eventually.until("all are accepted", () -> old.router.counters().connections() == 3);
      new Running(config -> config);
      RawClient.Response last = idle.get("app.test", "/").read();
      assertThat(last.status()).isEqualTo(200);
      assertThat(last.header("Connection")).isEqualTo("close");
      assertThat(fresh.get("app.test", "/").read().status()).isEqualTo(200);
      assertThat(old.isOver()).as("somebody is still there").isFalse();
      assertThat(silent.isEnded()).as("who has nothing to say is ended").isTrue();
      Eventually.until("it has ended", old::isOver);
    }
  }

  @Test
  void tellsHttp2ClientsBeforeItRefusesAnything() {
    serve(ScriptedBackend.saying("hello"));
    Running old = new Running(config -> config);
    try (RawHttp2 client = RawHttp2.open(address(port))) {
      client.get(1, "app.test");
      assertThat(client.read(RawHttp2.DATA).payload()).isEqualTo("hello");
      new Running(config -> config);
      RawHttp2.Frame first = client.read(RawHttp2.GOAWAY);
      assertThat(first.payload().substring(0, 4)).isEqualTo(RawHttp2.number(Integer.MAX_VALUE));
      assertThat(first.errorCode()).isZero();
      client.get(3, "app.test"); // sent before that was read
      assertThat(client.read(RawHttp2.DATA).payload()).isEqualTo("hello");
      assertThat(client.read(RawHttp2.GOAWAY).payload().substring(0, 4))
          .isEqualTo(RawHttp2.number(3));
      Eventually.until("it has ended", old::isOver);
    }
  }

  @Test
  void letsWebSocketsEndButNotForEver() throws IOException {
    serve(
        new ScriptedBackend(conversation -> {
          conversation.readHead();
          conversation.send(SWITCHED);
          conversation.in().transferTo(conversation.out());
        }));
    Running old = new Running(draining(Duration.ofMillis(500)));
    try (RawClient client = old.client()) {
      assertThat(client.send(WEBSOCKET).read(false).status()).isEqualTo(101);
      long began = System.nanoTime();
      new Running(config -> config);
      while (System.nanoTime() - began < Duration.ofSeconds(2).toNanos()) {
        client.send("moves");
        assertThat(client.in().readNBytes(5))
            .asString(StandardCharsets.US_ASCII)
            .isEqualTo("moves");
      }
      assertThat(client.isEnded()).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isBetween(Duration.ofSeconds(3), Duration.ofSeconds(10));
      Eventually.until("it has ended", old::isOver);
    }
  }

  @Test
  void handsOverItsTlsDoorToo() {
    TlsFiles files = new TlsFiles(directory).certificate("one", "app.test");
    serve(ScriptedBackend.saying("hello"));
    int tlsPort = freePort();
    UnaryOperator<RouterConfig> config =
        each -> each.tls(new RouterConfig.Tls("127.0.0.1", tlsPort, directory));
    Running old = new Running(config);
    InetSocketAddress address = address(tlsPort);
    try (RawClient before = new RawClient(files.connect(address, "app.test"))) {
      before.get("app.test", "/").read();
      new Running(config);
      try (RawClient after = new RawClient(files.connect(address, "app.test"))) {
        RawClient.Response response = after.get("app.test", "/").read();
        assertThat(response.header("Connection")).isNotEqualTo("close");
      }
      assertThat(before.get("app.test", "/").read().header("Connection")).isEqualTo("close");
    }
    Eventually.until("it has ended", old::isOver);
  }

  @Test
  void handsOverTheDoorsOfTcpRoutes() throws IOException {
    int tcpPort = freePort();
    ScriptedBackend app =
        new ScriptedBackend(conversation -> conversation.in().transferTo(conversation.out()));
    owned.add(app);
    bus.subscribe(
        Subjects.ROUTER_START,
        _ ->
            bus.publish(
                Subjects.ROUTER_REGISTER,
                RouterRegister.tcp("127.0.0.1", app.port(), "app", List.of(tcpPort))));
    UnaryOperator<RouterConfig> config = each -> each.tcpPorts(new PortRange(tcpPort, tcpPort));
    Running old = new Running(config);
    Eventually.until("it listens", () -> echoes(tcpPort));
    try (RawClient kept = new RawClient(address(tcpPort))) {
      assertThat(kept.send("one").in().readNBytes(3)).asString().isEqualTo("one");
      new Running(config);
      assertThat(echoes(tcpPort)).isTrue();
      assertThat(kept.send("two").in().readNBytes(3)).asString().isEqualTo("two");
      assertThat(old.isOver()).isFalse();
    }
    Eventually.until("it has ended", old::isOver);
    assertThat(echoes(tcpPort)).isTrue();
  }

  private static boolean echoes(int port) {
    try (RawClient client = new RawClient(address(port))) {
      return client.send("x").in().read() == 'x';
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  @Test
  void staysWhenTheOtherOneCannotStart() throws IOException {
    serve(ScriptedBackend.saying("hello"));
    Running stays = new Running(config -> config);
    try (ServerSocket stranger = new ServerSocket(0)) {
      UnaryOperator<RouterConfig> taken =
          config ->
              config.tls(new RouterConfig.Tls("127.0.0.1", stranger.getLocalPort(), directory));
      new TlsFiles(directory).certificate("one", "app.test");
      assertThatThrownBy(() -> new Running(taken)).hasMessageContaining("Address already in use");
    }
    for (int i = 0; i < 20; i++) {
      try (RawClient client = stays.client()) {
        RawClient.Response response = client.get("app.test", "/").read();
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.header("Connection")).isNotEqualTo("close");
      }
    }
    new Running(config -> config);
    Eventually.until("it can be replaced later", stays::isOver);
  }

  @Test
  void sharesItsAddressWithNobodyElse() {
    serve(ScriptedBackend.saying("hello"));
    new Running(config -> config);
    new Running(config -> config);
    Router stranger = new Router(RouterConfig.defaults().listen("127.0.0.1", port), bus, clock);
    stranger.handOver(directory.resolve("other.sock"), () -> {});
    owned.add(stranger);
    assertThatThrownBy(stranger::start).hasMessageContaining("Address already in use");
  }

  @Test
  void letsNobodyButItsUserComeAndForgetsItsSocketAtTheEnd() throws IOException {
    Path socket = directory.resolve("router.sock");
    Running only = new Running(config -> config);
    assertThat(Files.getPosixFilePermissions(socket))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    only.router.close();
    assertThat(socket).doesNotExist();
  }

  @Test
  void startsWhereOneWasKilled() throws IOException {
    Path socket = directory.resolve("router.sock");
    ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    killed.bind(UnixDomainSocketAddress.of(socket));
    killed.close(); // the file stays
    serve(ScriptedBackend.saying("hello"));
    Running router = new Running(config -> config);
    try (RawClient client = router.client()) {
      assertThat(client.get("app.test", "/").read().status()).isEqualTo(200);
    }
  }

  @Test
  void saysSoWhenTheOneBeforeStays() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(directory.resolve("router.sock")));
      Thread.ofVirtual()
          .start(() -> {
            try (SocketChannel asked = server.accept()) {
              asked.read(ByteBuffer.allocate(64));
              asked.write(StandardCharsets.UTF_8.encode("refused no way\n"));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      assertThatThrownBy(() -> new Running(config -> config))
          .isInstanceOf(HandOverException.class)
          .hasMessageContaining("no way");
    }
  }

  @Test
  void hearsTheNextOneWhateverWentWrongWithOne() throws Exception {
    Path socket = directory.resolve("router.sock");
    List<Boolean> said = Collections.synchronizedList(new ArrayList<>());
    HandOver waiting =
        new HandOver(
            socket,
            new HandOver.Leaving() {
              @Override
              public void share(boolean shared) {
                said.add(shared);
                if (said.size() == 1) {
                  throw new IllegalStateException("the door is stuck");
                }
              }

              @Override
              public void leave() {
                // Nobody asks for it.
              }

              @Override
              public void end() {
                // Likewise.
              }
            },
            clock);
    owned.add(waiting);
    waiting.start();
    assertThatThrownBy(() -> TakeOver.ask(socket, clock))
        .isInstanceOf(HandOverException.class)
        .hasMessageContaining("hung up");
    assertThat(said).containsExactly(true, false);
    try (TakeOver _ = TakeOver.ask(socket, clock).orElseThrow()) {
      assertThat(said).containsExactly(true, false, true);
    }
  }

  private static InetSocketAddress address(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
