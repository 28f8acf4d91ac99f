package bellows.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import bellows.bus.MessageBus;
import bellows.bus.NatsBus;
import bellows.contracts.Subjects;
import bellows.contracts.routing.RouterRegister;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The router as a process of its own on a real NATS server, restarted under 200 requests a second
 * (reference/robustness.md, F61).
 */
class RouterRestartIT {
  private static final int RESTARTS = 3;
  private static final Duration BETWEEN_RESTARTS = Duration.ofSeconds(3);
  private static final int CLIENTS = 20;
  private static final Duration PER_CLIENT = Duration.ofMillis(100);
  private static final int TIMEOUT_MILLIS = 20_000;

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

  @TempDir Path directory;
  private final List<Process> processes = Collections.synchronizedList(new ArrayList<>());
  private final SystemScheduler clock = new SystemScheduler();
  private final int port = freePort();
  private ServerSocket app;
  private MessageBus bus;

  @BeforeEach
  void start() throws IOException {
    int busPort = freePort();
    processes.add(
        new ProcessBuilder("nats-server", "--addr=127.0.0.1", "--port=" + busPort)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("nats-server.log").toFile())
            .start());
    Eventually.until("nats-server listens", () -> isListening(busPort));
    Files.writeString(
        Files.createDirectory(data()).resolve("bellows.properties"),
        "nats.url=nats://127.0.0.1:" + busPort + "\n");
    app = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
    bus =
        new NatsBus(
            new NatsBus.Config(
                List.of(URI.create("nats://127.0.0.1:" + busPort)), "test", null, null),
            clock);
    bus.start();
    bus.subscribe(
        Subjects.ROUTER_START,
        _ ->
            bus.publish(
                Subjects.ROUTER_REGISTER,
                RouterRegister.component(
                    "test", "127.0.0.1", app.getLocalPort(), List.of("app.test"))));
  }

  @AfterEach
  void stop() throws IOException {
    for (Process process : processes.reversed()) {
      process.destroyForcibly();
    }
    bus.close();
    app.close();
    clock.close();
  }

  private Path data() {
    return directory.resolve("router");
  }

  /** An app that greets, and echoes after an upgrade. */
  private void serve() {
    try {
      while (true) {
        Socket socket = app.accept();
        Thread.ofVirtual().start(() -> answer(socket));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private static void answer(Socket accepted) {
    try (Socket socket = accepted;
        BufferedReader in = reader(socket)) {
      OutputStream out = socket.getOutputStream();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        boolean upgrade = line.startsWith("GET /ws ");
        skipHeaders(in);
        if (upgrade) {
          send(out, "HTTP/1.1 101 Hi\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
          for (int c = in.read(); c >= 0; c = in.read()) {
            out.write(c);
            out.flush();
          }
          return;
        }
        send(out, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
      }
    } catch (IOException e) {
      // The router hung up.
    }
  }

  private Process router(String log) {
    try {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-XX:+UseSerialGC",
                  "-cp",
                  System.getProperty("java.class.path"),
                  "bellows.launcher.Main",
                  "router",
                  "--data",
                  data().toString(),
                  "--listen",
                  "127.0.0.1:" + port,
                  "--listen-tls",
                  "off")
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve(log).toFile())
              .start();
      processes.add(process);
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitServing(Process router) {
    Eventually.until(
        "the router serves, see its log",
        Duration.ofSeconds(60),
        () -> ready().contains("\"pid\":" + router.pid()));
  }

  private String ready() {
    try {
      Path file = data().resolve("ready");
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Connections of one client; every other client makes one for each request. */
  private final class Load implements Runnable {
    private final boolean keepsAlive;
    private final AtomicBoolean over;
    private final AtomicInteger answered;
    private final List<Throwable> failures;

    private Load(
        boolean keepsAlive, AtomicBoolean over, AtomicInteger answered, List<Throwable> failures) {
      this.keepsAlive = keepsAlive;
      this.over = over;
      this.answered = answered;
      this.failures = failures;
    }

    @Override
    public void run() {
      while (!over.get()) {
        try (Socket socket = connect();
            BufferedReader in = reader(socket)) {
          boolean kept = keepsAlive;
          do {
            send(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: app.test\r\n\r\n");
            assertThat(String.valueOf(in.readLine())).startsWith("HTTP/1.1 200");
            kept &= !skipHeaders(in).contains("Connection: close");
            assertThat(in.skip(5)).isEqualTo(5);
            answered.incrementAndGet();
            Thread.sleep(PER_CLIENT);
          } while (kept && !over.get());
        } catch (IOException | AssertionError e) {
          failures.add(e);
        } catch (InterruptedException e) {
          return;
        }
      }
    }
  }

  @Test
  void losesNoRequestInThreeRestarts() throws Exception {
    List<Process> routers = new ArrayList<>(List.of(router("router-0.log")));
    awaitServing(routers.getFirst());
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger answered = new AtomicInteger();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    List<Thread> clients = new ArrayList<>();
    long began = System.nanoTime();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(Thread.ofVirtual().start(new Load(i % 2 == 0, over, answered, failures)));
    }
    List<Socket> webSockets = new ArrayList<>();
    for (int i = 1; i <= RESTARTS; i++) {
      long next = began + BETWEEN_RESTARTS.multipliedBy(i).toNanos();
      webSockets.add(webSocket());
      routers.add(router("router-" + i + ".log"));
      awaitServing(routers.getLast());
      for (Socket socket : webSockets) {
        echo(socket);
      }
      TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
    }
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    over.set(true);
    for (Thread client : clients) {
      client.join();
    }
    assertThat(failures).isEmpty();
    assertThat(answered.get()).isGreaterThan((int) (took.toSeconds() * 100));
    for (Socket socket : webSockets) {
      echo(socket);
      socket.close();
    }
    for (Process old : routers.subList(0, RESTARTS)) {
      assertThat(old.waitFor(30, TimeUnit.SECONDS)).as("it ends once it serves nobody").isTrue();
      assertThat(old.exitValue()).isZero();
    }
    assertThat(routers.getLast().isAlive()).isTrue();
    assertThat(Files.readString(data().resolve("bellows.pid")).strip())
        .isEqualTo(Long.toString(routers.getLast().pid()));
    routers.getLast().destroy();
    assertThat(routers.getLast().waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(data().resolve("ready")).doesNotExist();
  }

  private Socket webSocket() throws IOException {
    Socket socket = connect();
    send(socket.getOutputStream(), WEBSOCKET);
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) socket.getInputStream().read());
    }
    assertThat(head).startsWith("HTTP/1.1 101");
    return socket;
  }

  private static void echo(Socket socket) throws IOException {
    socket.getOutputStream().write("moves".getBytes(StandardCharsets.US_ASCII));
    assertThat(socket.getInputStream().readNBytes(5))
        .asString(StandardCharsets.US_ASCII)
        .isEqualTo("moves");
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    return socket;
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
  }

  private static String skipHeaders(BufferedReader in) throws IOException {
    StringBuilder headers = new StringBuilder();
    String line = in.readLine();
    while (line != null && !line.isEmpty()) {
      headers.append(line).append('\n');
      line = in.readLine();
    }
    return headers.toString();
  }

  private static void send(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static boolean isListening(int port) {
    try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return probe.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
