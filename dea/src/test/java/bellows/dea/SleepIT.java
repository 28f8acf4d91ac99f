package bellows.dea;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.base.process.Subprocess;
import bellows.base.time.testing.Eventually;
import bellows.contracts.Nothing;
import bellows.contracts.Subjects;
import bellows.contracts.components.ComponentAnnounce;
import bellows.contracts.dea.FoundInstance;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.dea.StartInstance;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;

/** Sleep and wake in real containers, with the real switch of the kernel. */
class SleepIT {
  /** Answers each line with the line, and HTTP with a page; has no idea that it is put to sleep. */
  private static final String SERVER =
      """
      import os, socketserver, time
      class Handler(socketserver.StreamRequestHandler):
          def handle(self):
              for line in self.rfile:
                  if line.startswith(b'GET /exit'): os._exit(3)
                  if line.startswith(b'GET '):
                      while self.rfile.readline().strip(): pass
                      if b'/slow' in line: time.sleep(3)
                      body = b'hello ' + os.environ['INSTANCE_GUID'].encode()
                      self.wfile.write(b'HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n' % len(body) + body)
                      if b'HTTP/1.0' in line: return
                  elif line == b'who\\n':
                      self.wfile.write(self.client_address[0].encode() + b' ')
                  else:
                      self.wfile.write(b'echo ' + line)
              self.wfile.write(b'bye')
      class Server(socketserver.ThreadingTCPServer):
          allow_reuse_address = True
          request_queue_size = 1024
      print('started', flush=True)
      Server(('0.0.0.0', int(os.environ['PORT'])), Handler).serve_forever()
      """;

  private static final Map<String, String> APP =
      Map.of(
          "app/server.py", SERVER, "staging_info.yml", "start_command: exec python3 server.py\n");

  private final List<String> addresses = new ArrayList<>();
  private RealHost host = new RealHost();

  @AfterEach
  void close() {
    host.close();
    addresses.forEach(address -> ip("addr del " + address + "/32 dev lo"));
  }

  /** Another address of this machine, beside the one that its placements are on. */
  private String otherAddress() {
    String address = "203.0.113." + ThreadLocalRandom.current().nextInt(1, 255);
    ip("addr add " + address + "/32 dev lo");
    addresses.add(address);
    return address;
  }

  private static StartInstance sleeping(
      StartInstance m, @Nullable Integer after, @Nullable Integer lifetime, boolean startAsleep) {
    return with(m, null, null, new StartInstance.Sleep(after, lifetime, 50, false, startAsleep));
  }

  private static StartInstance with(
      StartInstance m,
      @Nullable Integer startLimit,
      StartInstance.@Nullable HealthCheck check,
      StartInstance.Sleep sleep) {
    return new StartInstance(
        m.droplet(),
        m.index(),
        m.name(),
        m.version(),
        m.stack(),
        m.partition(),
        m.uris(),
        m.sha1(),
        m.executableUri(),
        m.limits(),
        m.env(),
        m.services(),
        m.vcapApplication(),
        m.startCommand(),
        startLimit,
        m.egressRules(),
        m.placement(),
        m.port(),
        m.processId(),
        m.processType(),
        check,
        sleep);
  }

  private StartInstance asleep(String name, int port, @Nullable String command) {
    StartInstance message = sleeping(host.message(name, port, command, APP), 1, null, true);
    host.start(message);
    Eventually.until("ready", () -> sleeps(message));
    return message;
  }

  private FoundInstance found(StartInstance message) {
    return host.bus
        .request(
            Subjects.DEA_FIND_DROPLET,
            InstanceFilter.all(message.droplet()),
            FoundInstance.class,
            1,
            Duration.ofSeconds(2))
        .getFirst();
  }

  private FoundInstance.Wakes wakes(StartInstance message) {
    return Objects.requireNonNull(found(message).wakes());
  }

  private boolean sleeps(StartInstance message) {
    return host.recorder.instances().stream()
        .anyMatch(i ->
            i.droplet().equals(message.droplet())
                && i.state() == InstanceState.RUNNING
                && Boolean.TRUE.equals(i.asleep()));
  }

  /** What a caller gets who says this and then no more. */
  private String call(int port, String words) throws IOException {
    try (Socket socket = new Socket(host.address, port)) {
      return call(socket, words);
    }
  }

  private static String call(Socket socket, String words) throws IOException {
    socket.setSoTimeout(20_000);
    socket.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
    socket.shutdownOutput();
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  private List<String> callAtOnce(int callers, int port) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<String> caller = () -> call(port, "GET / HTTP/1.0\r\n\r\n");
      List<Future<String>> futures = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        futures.add(threads.submit(caller));
      }
      List<String> answers = new ArrayList<>();
      for (Future<String> future : futures) {
        answers.add(future.get());
      }
      return answers;
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
  }

  @Test
  void fallsAsleepWithoutTrafficAndWakesByACaller() throws IOException {
    int port = host.port();
    StartInstance message = sleeping(host.message("shop", port, null, APP), 1, null, false);
    host.start(message);
    Eventually.until("running", () -> host.has(InstanceState.RUNNING));
    assertThat(wakes(message).asleep()).isFalse();
    assertThat(call(port, "GET / HTTP/1.0\r\n\r\n")).contains("200 OK", "hello");
    Eventually.until("asleep", () -> sleeps(message));
    Eventually.until("no container", () -> host.warden().containers().isEmpty());
    assertThat(found(message).state()).isEqualTo(InstanceState.RUNNING);
    assertThat(host.recorder.routes()).doesNotContain("-shop.test");
    Eventually.until("told", () -> host.recorder.line("Fell asleep").isPresent());

    assertThat(call(port, "GET /cart?id=7 HTTP/1.0\r\nUser-Agent: test/1\r\n\r\n"))
        .contains("200 OK", "hello");
    Eventually.until("told", () -> !sleeps(message));
    FoundInstance.Wakes wakes = wakes(message);
    assertThat(wakes.count()).isEqualTo(1);
    assertThat(wakes.lastRequest()).isEqualTo("GET /cart");
    assertThat(wakes.lastClient()).isEqualTo("test/1");
    assertThat(wakes.phasesMillis()).containsKeys("slot", "mount", "exec", "listen", "first_byte");
    Eventually.until("told", () -> host.recorder.line("Woke up").isPresent());
    assertThat(host.recorder.line("Woke up").orElseThrow().text())
        .contains("GET /cart (test/1)")
        .doesNotContain("id=7");
    assertThat(call(port, "one\ntwo\n")).isEqualTo("echo one\necho two\nbye");
    // From now on through the kernel: the connection shows the caller's address, not the host's.
    String caller = otherAddress();
    assertThat(callFrom(caller, port, "who\n")).isEqualTo(caller + " bye");
    assertThat(host.recorder.exits()).isEmpty();
    Eventually.until("asleep again", () -> sleeps(message));
    assertThat(host.recorder.exits()).isEmpty();
  }

  @Test
  void isWokenByACallerWhoSaysNothingOnceItIsToldSo() throws IOException {
    int port = host.port();
    StartInstance message = sleeping(host.message("greeter", port, null, APP), 60, null, true);
    host.start(message);
    Eventually.until("ready", () -> sleeps(message));
    try (Socket before = new Socket(host.address, port)) {
      host.start(with(message, null, null, new StartInstance.Sleep(60, null, 50, true, true)));
      Eventually.until(
          "told",
          () -> host.recorder.routes().stream().filter("+greeter.test"::equals).count() > 1);
      assertThat(sleeps(message)).as("nobody has said anything").isTrue();
      try (Socket after = new Socket(host.address, port)) {
        Eventually.until("woken", () -> !sleeps(message));
        assertThat(call(after, "one\n")).isEqualTo("echo one\nbye");
      }
      assertThat(call(before, "two\n")).isEqualTo("echo two\nbye");
    }
    assertThat(wakes(message).count()).isEqualTo(1);
  }

  @Test
  void showsItsWakesToACollector() throws IOException, InterruptedException {
    int port = host.port();
    asleep("counted", port, null);
    call(port, "GET / HTTP/1.0\r\n\r\n");
    asleep("refused", host.port(), "exit 4");
    call(port + 1, "GET / HTTP/1.0\r\n\r\n");
    ComponentAnnounce where =
        host.bus
            .request(
                Subjects.COMPONENT_DISCOVER,
                Nothing.NOTHING,
                ComponentAnnounce.class,
                1,
                Duration.ofSeconds(2))
            .getFirst();
    assertThat(where.type()).isEqualTo("DEA");
    String login =
        Base64.getEncoder()
            .encodeToString(
                String.join(":", where.credentials()).getBytes(StandardCharsets.US_ASCII));
    try (HttpClient client = HttpClient.newHttpClient()) {
      String page =
          client
              .send(
                  HttpRequest.newBuilder(URI.create("http://" + where.host() + "/varz"))
                      .header("Authorization", "Basic " + login)
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      Map<String, Object> varz = Json.read(page, new TypeReference<>() {});
      assertThat(varz)
          .containsEntry("wakes", 1)
          .containsEntry("wake_callers", 0)
          .containsKeys("available_memory_ratio", "instance_registry", "warm_slots");
      assertThat(page)
          .contains("\"wake_failed\":1", "\"wake_queue_full\":0")
          // Seconds; those below a thousandth are written with an exponent.
          .containsPattern("\"first_byte\":[0-9][0-9.E-]+.*\"slot\":[0-9][0-9.E-]+");
    }
  }

  @Test
  void startsOnceForAHerd() throws Exception {
    int port = host.port();
    StartInstance message = asleep("herd", port, null);
    assertThat(host.warden().containers()).isEmpty();
    assertThat(callAtOnce(200, port)).hasSize(200).allMatch(a -> a.contains("200 OK"));
    Eventually.until(
        "one start", () -> host.recorder.lines("APP/PROC/WEB").equals(List.of("started")));
    assertThat(wakes(message).count()).isEqualTo(1);
  }

  @Test
  void staysAwakeForAConnectionThatMovesBytesAndNotForASilentOne() throws Exception {
    int port = host.port();
    StartInstance message = sleeping(host.message("socket", port, null, APP), 2, null, true);
    host.start(message);
    Eventually.until("ready", () -> sleeps(message));
    try (Socket viaActivator = new Socket(host.address, port)) {
      echo(viaActivator, "wakes");
      try (Socket viaKernel = new Socket(host.address, port)) {
        for (int i = 0; i < 8; i++) {
          echo(viaKernel, "ping");
          pause();
        }
        assertThat(sleeps(message)).isFalse();
        for (int i = 0; i < 8; i++) {
          echo(viaActivator, "ping");
          pause();
        }
        assertThat(sleeps(message)).isFalse();
        Eventually.until("asleep", () -> sleeps(message));
        assertThat(rest(viaKernel)).isEqualTo(rest(viaActivator));
      }
    }
    assertThat(host.recorder.exits()).isEmpty();
    Eventually.until("nobody is held", () -> host.dea().activator().callers() == 0);
  }

  /** What comes until the end, which is there. */
  private static String rest(Socket socket) throws IOException {
    socket.setSoTimeout(10_000);
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  @Test
  void letsGoOfAClientThatVanishes() throws Exception {
    int port = host.port();
    StartInstance message = sleeping(host.message("vanished", port, null, APP), 600, null, true);
    host.start(message);
    Eventually.until("ready", () -> sleeps(message));
    String table = "dt" + port + "vanish";
    try (Socket client = new Socket(host.address, port)) {
      echo(client, "wakes");
      assertThat(host.dea().activator().callers()).isEqualTo(1);
      nft(
          "table ip %s { chain out { type filter hook output priority 0; tcp sport %d drop; }; }"
              .formatted(table, client.getLocalPort()));
      Eventually.until(
          "let go", Duration.ofSeconds(60), () -> host.dea().activator().callers() == 0);
    } finally {
      nft("delete table ip " + table);
    }
  }

  @Test
  void limitsHowManyAppsOneSourceWakes() throws Exception {
    host.close();
    host = new RealHost(100);
    int port = host.port();
    asleep("tight", port, null);
    String stranger = "198.51.100." + port % 256;
    ip("addr add " + stranger + "/32 dev " + host.bridge());
    try {
      List<String> answers = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        answers.add(callFrom(stranger, port, "GET / HTTP/1.0\r\n\r\n"));
      }
      assertThat(answers.subList(0, 60))
          .allMatch(a -> a.contains("X-Cf-RouterError: insufficient_resources"));
      assertThat(answers)
          .anyMatch(a ->
              a.startsWith("HTTP/1.1 503 ")
                  && a.contains("Retry-After: 1\r\n")
                  && a.contains("X-Cf-RouterError: wake_rate_limited"));
      // Who calls from the host itself, as its router does, calls for many.
      assertThat(callAtOnce(100, port)).allMatch(a -> a.contains("insufficient_resources"));
    } finally {
      ip("addr del " + stranger + "/32 dev " + host.bridge());
    }
  }

  @Test
  void limitsNobodyOnThisHostWhicheverOfItsAddressesHeCallsFrom() throws Exception {
    host.close();
    String own = otherAddress();
    host = new RealHost(100);
    int port = host.port();
    asleep("tight", port, null);
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      answers.add(callFrom(own, port, "GET / HTTP/1.0\r\n\r\n"));
    }
    assertThat(answers).allMatch(a -> a.contains("X-Cf-RouterError: insufficient_resources"));
  }

  private String callFrom(String address, int port, String words) throws IOException {
    try (Socket socket =
        new Socket(InetAddress.getByName(host.address), port, InetAddress.getByName(address), 0)) {
      return call(socket, words);
    }
  }

  private static void ip(String words) {
    Subprocess.run(
            Duration.ofSeconds(10),
            Stream.concat(Stream.of("ip"), Stream.of(words.split(" ", -1))).toList())
        .orThrow("ip");
  }

  private static void nft(String script) {
    Subprocess.run(Duration.ofSeconds(10), List.of("nft", script)).orThrow("nft");
  }

  private static void pause() throws InterruptedException {
    // Real traffic has real gaps; 6 of them are longer than the app's time, and a busy machine may
    // make one longer.
    Thread.sleep(400);
  }

  private static void echo(Socket socket, String word) throws IOException {
    socket.getOutputStream().write((word + "\n").getBytes(StandardCharsets.US_ASCII));
    InputStream in = socket.getInputStream();
    assertThat(new String(in.readNBytes(word.length() + 6), StandardCharsets.US_ASCII))
        .isEqualTo("echo " + word + "\n");
  }

  @Test
  void isNotPutToSleepWhileItThinks() throws IOException {
    int port = host.port();
    StartInstance message = asleep("thinker", port, null);
    assertThat(call(port, "GET /slow HTTP/1.0\r\n\r\n")).contains("200 OK");
    assertThat(call(port, "GET /slow HTTP/1.0\r\n\r\n")).contains("200 OK");
    try (Socket kept = new Socket(host.address, port)) {
      kept.getOutputStream()
          .write("GET /slow HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      byte[] answer = kept.getInputStream().readNBytes(15);
      assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200 OK");
      assertThat(wakes(message).count()).isEqualTo(1);
      // It is still open, but everything is said.
      Eventually.until("asleep", () -> sleeps(message));
    }
    assertThat(host.recorder.exits()).isEmpty();
  }

  @Test
  void servesWhoCallsOneThatWasToldNeverToSleepWhileItWakes() throws Exception {
    int port = host.port();
    StartInstance message = asleep("never", port, "sleep 2; exec python3 server.py");
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<String> caller = () -> call(port, "GET / HTTP/1.0\r\n\r\n");
      Future<String> first = threads.submit(caller);
      Eventually.until("waking", () -> !host.warden().containers().isEmpty());
      host.start(sleeping(message, null, null, false));
      Eventually.until(
          "told", () -> Collections.frequency(host.recorder.routes(), "+never.test") == 2);
      Future<String> second = threads.submit(caller);
      assertThat(List.of(first.get(), second.get())).allMatch(a -> a.contains("200 OK"));
    }
    assertThat(call(port, "GET / HTTP/1.0\r\n\r\n")).contains("200 OK");
  }

  @Test
  void dropsNothingWhileFreshContainersTakeOver() throws Exception {
    int port = host.port();
    StartInstance message = sleeping(host.message("renewed", port, null, APP), 2, 3, false);
    host.start(message);
    Eventually.until("running", () -> host.has(InstanceState.RUNNING));
    AtomicBoolean enough = new AtomicBoolean();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> callers = new ArrayList<>();
      for (int requestsPerConnection : List.of(1, 1, 50, 200)) {
        callers.add(threads.submit(() -> keepCalling(port, requestsPerConnection, enough)));
      }
      Eventually.until(
          "four have followed each other",
          Duration.ofMinutes(2),
          () -> host.recorder.lines("APP/PROC/WEB").size() > 4);
      enough.set(true);
      for (Future<Long> caller : callers) {
        assertThat(caller.get()).isGreaterThan(100);
      }
    }
    assertThat(wakes(message).count()).isZero();
    assertThat(host.recorder.exits()).isEmpty();
    Eventually.until("asleep, and nothing is left", () -> host.warden().containers().isEmpty());
  }

  /** Fails with the first request that does. */
  private long keepCalling(int port, int requestsPerConnection, AtomicBoolean enough)
      throws IOException {
    long requests = 0;
    while (!enough.get()) {
      try (Socket socket = new Socket(host.address, port)) {
        socket.setSoTimeout(20_000);
        for (int i = 0; i < requestsPerConnection; i++) {
          echo(socket, "request");
          requests++;
        }
      }
    }
    return requests;
  }

  @Test
  void isNotWokenByAScan() throws IOException {
    int port = host.port();
    StartInstance message = asleep("scanned", port, null);
    for (int i = 0; i < 20; i++) {
      new Socket(host.address, port).close();
    }
    assertThat(call(port, "")).isEmpty();
    assertThat(host.warden().containers()).isEmpty();
    assertThat(wakes(message).count()).isZero();
  }

  @Test
  void boundsHowManyWaitAndForHowLong() throws Exception {
    int port = host.port();
    asleep("deaf", port, "exec sleep 1000");
    List<String> answers = callAtOnce(RealHost.WAITERS + 20, port);
    assertThat(answers).allMatch(a -> a.startsWith("HTTP/1.1 503 ") && a.contains("Retry-After:"));
    assertThat(answers).filteredOn(a -> a.contains("wake_queue_full")).hasSize(20);
    assertThat(answers).filteredOn(a -> a.contains("wake_deadline")).hasSize(RealHost.WAITERS);
    assertThat(host.warden().containers()).hasSize(1);
  }

  @Test
  void tellsCallersThatItDoesNotStart() throws Exception {
    int port = host.port();
    StartInstance message = asleep("broken", port, "echo no database; exit 4");
    assertThat(callAtOnce(20, port))
        .allSatisfy(answer ->
            assertThat(answer)
                .startsWith("HTTP/1.1 503 ")
                .contains("Retry-After: ", "X-Cf-RouterError: wake_failed")
                .doesNotContain("database"));
    Eventually.until("crashes", () -> host.recorder.exits().size() == 4);
    Eventually.until("crashed", () -> found(message).state() == InstanceState.CRASHED);
    Duration quickest = Duration.ofDays(1);
    for (int i = 0; i < 20; i++) {
      long before = System.nanoTime();
      assertThat(call(port, "GET / HTTP/1.0\r\n\r\n")).contains("wake_failed");
      Duration took = Duration.ofNanos(System.nanoTime() - before);
      quickest = took.compareTo(quickest) < 0 ? took : quickest;
    }
    // The others show how busy the machine is.
    assertThat(quickest).isLessThan(Duration.ofMillis(5));
    assertThat(call(port, "not http\n")).isEmpty();
    assertThat(host.recorder.exits()).hasSize(4);
    assertThat(host.recorder.lines("APP/PROC/WEB")).contains("no database");
  }

  @Test
  void tellsCallersWhenItDoesNotListenInTime() throws Exception {
    int port = host.port();
    StartInstance message =
        with(
            host.message("deaf", port, "exec sleep 1000", APP),
            2,
            null,
            new StartInstance.Sleep(60, null, 50, false, true));
    host.start(message);
    Eventually.until("ready", () -> sleeps(message));
    long before = System.nanoTime();
    assertThat(callAtOnce(20, port)).allMatch(a -> a.contains("X-Cf-RouterError: wake_failed"));
    assertThat(Duration.ofNanos(System.nanoTime() - before))
        .as("the activator's own deadline is 8 s")
        .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(7));
    Eventually.until(
        "killed and counted as crashes, until the back-off",
        Duration.ofSeconds(30),
        () -> host.recorder.exits().size() == 4 && host.warden().containers().isEmpty());
    assertThat(found(message).state()).isEqualTo(InstanceState.CRASHED);
  }

  @Test
  void isNotKeptAwakeByItsHealthCheck() {
    int port = host.port();
    StartInstance message =
        with(
            host.message("checked", port, null, APP),
            null,
            // A busy machine may take longer for three answers in a row than the usual second, and
            // the app that is ended for that does not fall asleep.
            new StartInstance.HealthCheck("http", "/", 60, 1),
            new StartInstance.Sleep(3, null, 50, false, false));
    host.start(message);
    Eventually.until("running", Duration.ofSeconds(60), () -> host.has(InstanceState.RUNNING));
    Eventually.until("asleep", Duration.ofSeconds(60), () -> sleeps(message));
    assertThat(host.recorder.exits()).isEmpty();
  }

  @Test
  void isTakenOverAsleepAndAwake() throws IOException {
    int first = host.port();
    int second = host.port();
    StartInstance sleeper = asleep("sleeper", first, null);
    StartInstance waker = sleeping(host.message("waker", second, null, APP), 60, null, false);
    host.start(waker);
    Eventually.until("running", () -> host.recorder.line("became healthy").isPresent());
    String before = call(second, "GET / HTTP/1.0\r\n\r\n");
    host.restartPlatform(() -> {
      try {
        assertThat(call(second, "GET / HTTP/1.0\r\n\r\n")).isEqualTo(before);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    });
    assertThat(call(second, "GET / HTTP/1.0\r\n\r\n")).isEqualTo(before);
    assertThat(sleeps(sleeper)).isTrue();
    assertThat(host.warden().containers()).hasSize(1);
    assertThat(call(first, "GET / HTTP/1.0\r\n\r\n")).contains("200 OK");
    host.bus.publish(Subjects.DEA_SLEEP, InstanceFilter.all(waker.droplet()));
    Eventually.until("asleep", () -> sleeps(waker));
    assertThat(call(second, "GET / HTTP/1.0\r\n\r\n")).contains("200 OK");
    host.stop(sleeper);
    host.stop(waker);
    Eventually.until("gone", () -> host.warden().openPorts().isEmpty());
    assertThat(host.warden().containers()).isEmpty();
  }

  @Test
  void makesRoomByPuttingTheLongestIdleToSleep() throws IOException {
    host.close();
    host = new RealHost(300);
    int first = host.port();
    int second = host.port();
    int third = host.port();
    List<StartInstance> apps = new ArrayList<>();
    for (int port : List.of(first, second, third)) {
      StartInstance message =
          sleeping(host.message("app" + port, port, null, APP), 600, null, true);
      apps.add(message);
      host.start(message);
      Eventually.until("ready", () -> sleeps(message));
    }
    assertThat(call(first, "GET / HTTP/1.0\r\n\r\n")).contains("200 OK");
    assertThat(call(second, "GET / HTTP/1.0\r\n\r\n")).contains("200 OK");
    assertThat(call(third, "GET / HTTP/1.0\r\n\r\n"))
        .contains("503", "X-Cf-RouterError: insufficient_resources");
    Eventually.until(
        "the third has room",
        () -> {
          try {
            return call(third, "GET / HTTP/1.0\r\n\r\n").contains("200 OK");
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
    assertThat(sleeps(apps.getFirst())).isTrue();
    assertThat(sleeps(apps.get(1))).isFalse();
  }
}
