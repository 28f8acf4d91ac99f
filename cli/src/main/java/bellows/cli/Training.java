package bellows.cli;

import bellows.cli.terminal.Terminal;
import bellows.cli.time.Time;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the client does when its AOT cache is made: every usual command once, against a server that
 * agrees to everything, so that the cache holds the classes that commands use. Started by the build
 * with {@code -XX:AOTCacheOutput}; prints nothing.
 */
final class Training {
  private static final List<List<String>> COMMANDS =
      List.of(
          List.of("target", "-o", "n", "-s", "n"),
          List.of("apps"),
          List.of("app", "n"),
          List.of("apps", "--json"),
          List.of("logs", "n", "--recent"),
          List.of("scale", "n", "-i", "1"),
          List.of("start", "n"),
          List.of("stop", "n"),
          List.of("restart", "n"),
          List.of("env", "n"),
          List.of("set-env", "n", "A", "b"),
          List.of("events", "n"),
          List.of("routes"),
          List.of("map-route", "n", "n.local", "-n", "n"),
          List.of("domains"),
          List.of("orgs"),
          List.of("spaces"),
          List.of("buildpacks"),
          List.of("stacks"),
          List.of("curl", "/v3/apps"),
          List.of("delete", "n", "-f"),
          List.of("help"),
          List.of("help", "push"),
          List.of("no-such-command"));

  private Training() {}

  /** Takes a few seconds. */
  public static void main(String[] arguments) throws IOException {
    Path directory = Files.createTempDirectory("bellows-training");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", Training::answer);
    server.start();
    try {
      train(directory, "http://127.0.0.1:" + server.getAddress().getPort());
    } finally {
      server.stop(0);
      delete(directory);
    }
  }

  private static void train(Path directory, String api) throws IOException {
    Files.writeString(
        directory.resolve("admin.json"),
        "{\"api\":\"" + api + "\",\"username\":\"u\",\"password\":\"p\"}");
    Path app = Files.createDirectory(directory.resolve("app"));
    Files.writeString(app.resolve("index.html"), "hello");
    Path manifest = app.resolve("manifest.yml");
    Files.writeString(manifest, "applications:\n- name: n\n  path: .\n");
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Terminal terminal = new Terminal(nowhere, nowhere, true, true, 80);
    Map<String, String> environment =
        Map.of("BELLOWS_HOME", directory.toString(), "BELLOWS_DATA", directory.toString());
    Main client = new Main(terminal, environment, Time.SYSTEM);
    for (List<String> command : COMMANDS) {
      client.run(command.toArray(String[]::new));
    }
    client.run("push", "-f", manifest.toString());
  }

  private static void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String self = "http://" + exchange.getRequestHeaders().getFirst("Host");
    String state =
        path.contains("/packages") ? "READY" : path.contains("/builds") ? "STAGED" : "STARTED";
    // An unsigned token whose claims are {"exp":9999999999,"user_name":"u"}.
    String token = "e30.eyJleHAiOjk5OTk5OTk5OTksInVzZXJfbmFtZSI6InUifQ.";
    byte[] body = answer(state, token, self).getBytes(StandardCharsets.UTF_8);
    exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** One answer for every question: a resource, a list of it, a job that is done, a token. */
  private static String answer(String state, String token, String self) {
    return """
    {"guid":"g","name":"n","state":"%s","created_at":"2026-01-01T00:00:00Z","url":"n.local",
     "access_token":"%s","refresh_token":"r","token_type":"bearer",
     "links":{"login":{"href":"%s"},"uaa":{"href":"%s"},"log_cache":{"href":"%s"}},
     "droplet":{"guid":"g"},"stack":"debian","instances":1,"memory_in_mb":64,"type":"web",
     "envelopes":{"batch":[{"timestamp":"1700000000000000000","instance_id":"0",
       "tags":{"source_type":"STG"},"log":{"payload":"aGVsbG8=","type":"OUT"}}]},
     "pagination":{"next":null},"diff":[],
     "status":{"value":"FINALIZED","reason":"DEPLOYED"},
     "resources":[{"guid":"g","name":"n","state":"RUNNING","type":"web","host":"n","url":"n.local",
       "created_at":"2026-01-01T00:00:00Z","uptime":1,"mem_quota":1048576,"disk_quota":1048576,
       "usage":{"cpu":0.1,"mem":1000,"disk":1000},"destinations":[{"app":{"guid":"g"}}],
       "process_instances":[{"state":"RUNNING"}]}]}
    """
        .formatted(state, token, self, self, self);
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
