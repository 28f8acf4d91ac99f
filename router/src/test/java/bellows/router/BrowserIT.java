package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.base.process.Subprocess;
import bellows.base.time.testing.Eventually;
import bellows.contracts.routing.RouterRegister;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import bellows.router.testing.ScriptedBackend.Conversation;
import bellows.router.testing.ScriptedBackend.Request;
import bellows.router.testing.TlsFiles;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Debian's Chromium, which trusts the authority as a person would have it do, at an app of two. */
class BrowserIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /** Tells the app what the browser has seen. */
  private static final String PAGE =
      """
      <!doctype html><title>app</title><script>
      (async () => {
        const who = async () => (await fetch('/who')).text();
        const first = await who();
        let same = 0;
        for (let i = 0; i < 10; i++) same += (await who()) === first;
        const socket = new WebSocket('wss://' + location.host + '/ws');
        const echo = await new Promise(done => {
          socket.onopen = () => socket.send('hello');
          socket.onmessage = message => done(message.data);
          socket.onerror = () => done('error');
        });
        const protocols = performance.getEntries().map(each => each.nextHopProtocol).filter(Boolean);
        const seen = {first, same, echo, protocols: [...new Set(protocols)]};
        await fetch('/seen', {method: 'POST', body: JSON.stringify(seen)});
      })();
      </script>
      """;

  @TempDir Path certificates;
  @TempDir Path home;
  private RouterFixture router;
  private List<ScriptedBackend> instances;

  @BeforeEach
  void start() throws IOException {
    TlsFiles files = new TlsFiles(certificates).certificate("app", "app.test");
    router =
        new RouterFixture(config -> config.tls(new RouterConfig.Tls("127.0.0.1", 0, certificates)));
    instances = List.of(instance(0), instance(1));
    trust(files.authority().certificate());
  }

  @AfterEach
  void stop() {
    instances.forEach(ScriptedBackend::close);
    router.close();
  }

  @Test
  void staysWithItsInstanceOverHttp2AndWebSockets() throws Exception {
    JsonNode seen = visit(Objects.requireNonNull(router.router().tlsAddress()));

    assertThat(seen.path("same").asInt()).as("of ten more requests").isEqualTo(10);
    assertThat(seen.path("echo").asString())
        .isEqualTo("hello from " + seen.path("first").asString());
    assertThat(seen.path("protocols").toString()).isEqualTo("[\"h2\"]");
    assertThat(requests().filter(each -> each.line().startsWith("GET /ws ")))
        .singleElement()
        .satisfies(each -> assertThat(each.header("Upgrade")).isEqualTo("websocket"));
  }

  private ScriptedBackend instance(int index) {
    ScriptedBackend app = new ScriptedBackend(conversation -> serve(conversation, index));
    router.register(
        RouterRegister.instance(
            "127.0.0.1",
            app.port(),
            List.of("app.test"),
            "app",
            "dea",
            "instance-" + index,
            index,
            Map.of()));
    return app;
  }

  private static void serve(Conversation conversation, int index) throws IOException {
    for (Request request = conversation.next(); request != null; request = conversation.next()) {
      if (request.line().startsWith("GET /ws ")) {
        echo(conversation, request, index);
        return;
      }
      boolean page = request.line().startsWith("GET / ");
      String body = page ? PAGE : Integer.toString(index);
      conversation.send(
          "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: "
              + body.length()
              + "\r\n"
              + (page ? "Set-Cookie: JSESSIONID=session; Path=/; Secure\r\n" : "")
              + "\r\n"
              + body);
    }
  }

  /** RFC 6455: one short text of the browser's, which is masked, and one of ours. */
  private static void echo(Conversation conversation, Request request, int index)
      throws IOException {
    conversation.send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: "
            + accepted(request.header("Sec-WebSocket-Key"))
            + "\r\n\r\n");
    DataInputStream in = new DataInputStream(conversation.in());
    in.readByte();
    byte[] text = new byte[in.readByte() & 0x7f];
    byte[] mask = in.readNBytes(4);
    in.readFully(text);
    for (int i = 0; i < text.length; i++) {
      text[i] ^= mask[i % 4];
    }
    String answer = new String(text, StandardCharsets.UTF_8) + " from " + index;
    conversation.send((char) 0x81 + "" + (char) answer.length() + answer);
    in.skipNBytes(Long.MAX_VALUE); // until the browser goes
  }

  private static String accepted(String key) {
    try {
      byte[] text =
          (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII);
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void trust(String authority) throws IOException {
    Path database = Files.createDirectories(home.resolve(".pki/nssdb"));
    Path file = Files.writeString(home.resolve("ca.pem"), authority);
    String at = "sql:" + database;
    Subprocess.run(TIMEOUT, List.of("certutil", "-d", at, "-N", "--empty-password"))
        .orThrow("certutil");
    Subprocess.run(
            TIMEOUT,
            List.of("certutil", "-d", at, "-A", "-t", "C,,", "-n", "test", "-i", file.toString()))
        .orThrow("certutil");
  }

  /**
   * Opens the page and returns what the browser has told the app. It has a network of its own: it
   * gives up what it loads whenever an address of its machine comes or goes, as those of other
   * tests do.
   */
  private JsonNode visit(InetSocketAddress address) throws Exception {
    Path way = home.resolve("way");
    try (ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(way));
      var _ = tasks.submit(() -> leadTo(address, listener, tasks));
      return visit(address, way);
    }
  }

  private static @Nullable Void leadTo(
      InetSocketAddress router, ServerSocketChannel listener, ExecutorService tasks)
      throws IOException {
    while (true) {
      SocketChannel browser = listener.accept();
      SocketChannel connected = SocketChannel.open(router);
      var _ = tasks.submit(() -> pump(browser, connected));
      var _ = tasks.submit(() -> pump(connected, browser));
    }
  }

  /** Until either ends, which ends both. */
  private static @Nullable Void pump(SocketChannel from, SocketChannel to) throws IOException {
    try (from;
        to) {
      ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
      while (from.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        buffer.clear();
      }
    }
    return null;
  }

  private JsonNode visit(InetSocketAddress address, Path way) throws Exception {
    Path output = home.resolve("chromium.log");
    Path network =
        Path.of(Objects.requireNonNull(getClass().getResource("own_network.py")).toURI());
    ProcessBuilder builder =
        new ProcessBuilder(
                "unshare",
                "--net",
                "python3",
                network.toString(),
                String.valueOf(address.getPort()),
                way.toString(),
                "chromium",
                "--headless=new",
                "--no-sandbox", // it runs as root, and shows a page of ours
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--remote-debugging-port=0", // so that it stays until it is ended
                "--user-data-dir=" + home.resolve("profile"),
                "--host-resolver-rules=MAP app.test 127.0.0.1",
                "https://app.test:" + address.getPort() + "/")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("HOME", home.toString());
    builder.environment().keySet().removeIf(name -> name.startsWith("XDG_"));
    Process chromium = builder.start();
    try {
      Eventually.until("the browser has told; see " + output, TIMEOUT, () -> told().isPresent());
      return Json.tree(told().orElseThrow().body());
    } finally {
      chromium.descendants().forEach(ProcessHandle::destroyForcibly);
      chromium.destroyForcibly();
      Eventually.until("it has ended", () -> !chromium.isAlive());
    }
  }

  private Optional<Request> told() {
    return requests().filter(each -> each.line().startsWith("POST /seen ")).findFirst();
  }

  private Stream<Request> requests() {
    return instances.stream().flatMap(instance -> instance.requests().stream());
  }
}
