package bellows.launcher;

import bellows.base.files.AtomicFiles;
import bellows.base.files.Trees;
import bellows.base.json.Json;
import bellows.warden.machine.LinuxWarden;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Starts a platform beside any other, has it do once what people wait for and ends it, so that the
 * JVM can record what that needs: the AOT cache is made from this run, once for each build. Prints
 * what the client says of the push.
 */
public final class Training {
  /** Its network has a name of its own on the machine: two trainings would end each other's app. */
  private static final Path ONE_AT_A_TIME = Path.of("/run/lock/bellows-training");

  private static final String SETTINGS =
      """
      network.name=btrain
      network.subnet=10.238.0.0/24
      dea.warm_slots=8
      sleep.after=50ms
      """;

  private static final String NAME = "train";

  /** Perl starts quickly, and every Debian has it. */
  private static final String APP =
      """
      use IO::Socket::INET;
      my $listener = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 9, ReuseAddr => 1)
        or die;
      while (my $client = $listener->accept) {
        while (<$client>) { last if /^\\s*$/ }
        print $client "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok";
        close $client;
      }
      """;

  private static final int WAKES = 24;

  /** After a push it is put to sleep as soon as nothing has moved for a second. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(2_500);

  /** Enough for an app that sleeps after 50 ms to do so. */
  private static final Duration PAUSE = Duration.ofMillis(250);

  /** So often that the compiler gets to see the router's hot methods. */
  private static final int REQUESTS = 2_000;

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private Training() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    try (FileChannel machine =
            FileChannel.open(ONE_AT_A_TIME, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock _ = machine.lock()) {
      train();
    }
    System.exit(0);
  }

  private static void train() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("bellows-training-");
    try (DataDirectory data = new DataDirectory(directory)) {
      AtomicFiles.write(
          data.settings(), SETTINGS.getBytes(StandardCharsets.UTF_8), AtomicFiles.PUBLIC);
      data.acquire();
      Settings settings = Settings.read(data.settings());
      Address api = new Address("127.0.0.1", freePort());
      UpOptions options =
          new UpOptions(
              directory,
              new Address("127.0.0.1", freePort()),
              Optional.of(new Address("127.0.0.1", freePort())),
              UpOptions.DEFAULT_DOMAIN);
      try (Platform platform = new Platform(options, settings, data, api)) {
        platform.start();
        ask(AdminAccount.at(data.admin(), "http://" + api));
        push(directory);
        call(options.listen());
        TrainingRoutes.register();
      } finally {
        removeContainers(settings, data);
      }
    } finally {
      Trees.delete(directory);
    }
  }

  private static void removeContainers(Settings settings, DataDirectory data) {
    try (LinuxWarden warden = new LinuxWarden(WardenSettings.of(settings, data))) {
      warden.start();
      warden.removeAll();
    }
  }

  private static void ask(AdminAccount admin) throws IOException, InterruptedException {
    HttpClient http = HttpClient.newHttpClient();
    String form =
        "grant_type=password&username=admin&password="
            + URLEncoder.encode(admin.password(), StandardCharsets.UTF_8);
    HttpResponse<String> token =
        http.send(
            HttpRequest.newBuilder(URI.create(admin.api() + "/oauth/token"))
                .header("Authorization", "Basic Y2Y6")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    String bearer = "bearer " + Json.tree(token.body()).path("access_token").asString();
    for (String path : new String[] {"/", "/v3/apps", "/v3/spaces?include=organization"}) {
      http.send(
          HttpRequest.newBuilder(URI.create(admin.api() + path))
              .header("Authorization", bearer)
              .build(),
          HttpResponse.BodyHandlers.discarding());
    }
  }

  private static void push(Path data) throws IOException, InterruptedException {
    Path app = Files.createDirectory(data.resolve("train-app"));
    Files.writeString(app.resolve("app.pl"), APP);
    client(
        data,
        List.of(
            "push",
            NAME,
            "-p",
            app.toString(),
            "-b",
            "binary",
            "-m",
            "32M",
            "-k",
            "32M",
            "-c",
            "exec perl app.pl"));
    client(data, List.of("sleep", NAME, "--now"));
  }

  /** Runs the client, which is on our class path. */
  private static void client(Path data, List<String> words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "bellows.cli.Main"));
    command.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().put("BELLOWS_DATA", data.toString());
    builder.environment().put("BELLOWS_HOME", data.resolve("client").toString());
    Process client = builder.start();
    if (!client.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || client.exitValue() != 0) {
      client.destroyForcibly();
      throw new IOException("the client failed: " + words);
    }
  }

  /** Wakes the app again and again, and then calls it while it is awake. */
  private static void call(Address router) throws IOException, InterruptedException {
    Thread.sleep(FIRST_PAUSE);
    for (int i = 0; i < WAKES; i++) {
      Thread.sleep(PAUSE);
      call(router, 1);
    }
    call(router, REQUESTS);
  }

  private static void call(Address router, int requests) throws IOException {
    String host = NAME + "." + UpOptions.DEFAULT_DOMAIN;
    byte[] request =
        ("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    try (Socket connection = new Socket(router.host(), router.port())) {
      BufferedReader answers =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
      for (int i = 0; i < requests; i++) {
        connection.getOutputStream().write(request);
        String status = answers.readLine();
        if (status == null || !status.contains(" 200 ")) {
          throw new IOException("the app answered " + status);
        }
        while (!answers.readLine().isEmpty()) {}
        for (int body = 0; body < 2; body++) {
          answers.read();
        }
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
