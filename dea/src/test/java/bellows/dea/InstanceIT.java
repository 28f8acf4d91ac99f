package bellows.dea;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.contracts.Subjects;
import bellows.contracts.dea.FoundInstance;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.ids.InstanceId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Instances in real containers. */
class InstanceIT {
  private static final String SERVER =
      """
      import http.server, os, sys
      class Handler(http.server.BaseHTTPRequestHandler):
          def do_GET(self):
              if self.path == '/exit': os._exit(3)
              if self.path == '/say': print('line one\\nline two', flush=True)
              if self.path == '/eat':
                  hog = []
                  while True: hog.append(bytearray(1 << 20))
              body = os.environ.get(self.path[5:], '') if self.path.startswith('/env/') else 'hello'
              self.send_response(200); self.end_headers(); self.wfile.write(body.encode())
          def log_message(self, *a): pass
      print('listening', flush=True)
      http.server.ThreadingHTTPServer(('0.0.0.0', int(os.environ['PORT'])), Handler).serve_forever()
      """;

  private static final Map<String, String> APP =
      Map.of(
          "app/server.py", SERVER,
          "app/.profile.d/more.sh", "export FROM_PROFILE_D=yes\n",
          "app/.profile", "export FROM_PROFILE=$FROM_PROFILE_D-too\n",
          "deps/0/bin/tool", "#!/bin/sh\necho tool\n",
          "deps/0/profile.d/dep.sh", "export FROM_DEP=$(tool)\n",
          "staging_info.yml", "start_command: python3 server.py\n");

  private static final Map<String, String> APP_WITH_TWO_FILES =
      Map.of("app/server.py", "original", "app/index.html", "mine");

  private final RealHost host = new RealHost();

  @AfterEach
  void close() {
    host.close();
  }

  private void running(StartInstance message) {
    host.start(message);
    Eventually.until("running", () -> host.has(InstanceState.RUNNING));
  }

  @Test
  void servesUnderItsPortUntilItIsStopped() {
    int port = host.port();
    StartInstance message =
        with(
            host.message("web", port, null, APP),
            List.of("MONEY=$HOME `id` \"q\" 'q'", "LINES=a\nb", "PATH_X=a=b"));
    running(message);

    assertThat(host.get(port, "/").body()).isEqualTo("hello");
    assertThat(host.get(port, "/env/MONEY").body()).isEqualTo("$HOME `id` \"q\" 'q'");
    assertThat(host.get(port, "/env/LINES").body()).isEqualTo("a\nb");
    assertThat(host.get(port, "/env/FROM_PROFILE").body()).isEqualTo("yes-too");
    assertThat(host.get(port, "/env/FROM_DEP").body()).isEqualTo("tool");
    assertThat(host.get(port, "/env/HOME").body()).isEqualTo("/home/vcap/app");
    assertThat(host.get(port, "/env/CF_INSTANCE_ADDR").body()).isEqualTo(host.address + ":" + port);
    assertThat(host.get(port, "/env/VCAP_APPLICATION").body())
        .contains("\"instance_index\":0", "\"space_name\":\"dev\"", "\"port\":8080");
    assertThat(host.get(port, "/env/BELLOWS_START_COMMAND").body()).isEmpty();
    assertThat(host.recorder.routes()).contains("+web.test");

    List<FoundInstance> found =
        host.bus.request(
            Subjects.DEA_FIND_DROPLET,
            new InstanceFilter(message.droplet(), null, null, null, null, true),
            FoundInstance.class,
            1,
            Duration.ofSeconds(2));
    FoundInstance.Stats stats = Objects.requireNonNull(found.getFirst().stats());
    assertThat(stats.usage().mem()).isBetween(1L << 20, 128L << 20);

    host.stop(message);
    Eventually.until("gone", () -> host.warden().containers().isEmpty());
    assertThat(host.recorder.routes().getLast()).isEqualTo("-web.test");
    assertThat(host.recorder.exits()).isEmpty();
    assertThat(host.recorder.lines("CELL"))
        .anyMatch(line -> line.equals("Container became healthy"))
        .anyMatch(line -> line.startsWith("Stopping instance"));
    assertThat(host.recorder.lines("APP/PROC/WEB")).containsExactly("listening");
  }

  @Test
  void isRestartedAsANewInstanceWhenItExits() {
    int port = host.port();
    running(host.message("crash", port, null, APP));
    InstanceId first = host.recorder.instances().getFirst().instance();
    try {
      host.get(port, "/exit");
    } catch (java.io.UncheckedIOException e) {
      // It ends before it answers.
    }
    Eventually.until(
        "another one runs",
        () ->
            host.recorder.instances().stream()
                .anyMatch(i -> i.state() == InstanceState.RUNNING && !i.instance().equals(first)));
    assertThat(host.recorder.exits()).hasSize(1);
    assertThat(host.recorder.exits().getFirst().exitStatus()).isEqualTo(3);
    assertThat(host.recorder.exits().getFirst().exitDescription()).isEqualTo("app instance exited");
    assertThat(host.recorder.lines("CELL")).anyMatch(line -> line.endsWith("Exit status 3"));
    assertThat(host.recorder.routes().subList(0, 3))
        .containsExactly("+crash.test", "-crash.test", "+crash.test");
    assertThat(host.get(port, "/").body()).isEqualTo("hello");
  }

  @Test
  void saysThatMemoryRanOut() {
    int port = host.port();
    running(host.message("hog", port, null, APP));
    try {
      host.get(port, "/eat");
    } catch (java.io.UncheckedIOException e) {
      // It ends before it answers.
    }
    Eventually.until("crashed", () -> !host.recorder.exits().isEmpty());
    assertThat(host.recorder.exits().getFirst().exitDescription()).isEqualTo("out of memory");
    Eventually.until("told in the log", () -> host.recorder.line("(out of memory)").isPresent());
  }

  @Test
  void saysWhereItShouldHaveListened() {
    StartInstance message =
        timed(
            host.message("deaf", host.port(), "echo I sleep; exec sleep 100", Map.of("app/x", "x")),
            1);
    host.start(message);
    Eventually.until("crashed", () -> !host.recorder.exits().isEmpty());
    assertThat(host.recorder.exits().getFirst().exitDescription())
        .isEqualTo("failed to accept connections within health check timeout");
    assertThat(host.recorder.lines("APP/PROC/WEB")).contains("I sleep");
    assertThat(host.recorder.line("never became healthy").orElseThrow().text())
        .contains("8080", "$PORT");
    host.stop(message);
    // It starts anew just now: a TERM from before its program is there is lost, KILL comes 10 s
    // later.
    Eventually.until("gone", Duration.ofSeconds(20), () -> host.warden().containers().isEmpty());
  }

  @Test
  void goesOnServingAndKeepsItsLogsWhileThePlatformIsAway() {
    int port = host.port();
    running(host.message("adopted", port, null, APP));
    Eventually.until("log", () -> host.recorder.line("listening").isPresent());
    InstanceId id = host.recorder.instances().getFirst().instance();
    host.restartPlatform(() -> {
      assertThat(host.get(port, "/say").body()).isEqualTo("hello");
    });
    assertThat(host.recorder.instances()).hasSize(1);
    assertThat(host.recorder.instances().getFirst().instance()).isEqualTo(id);
    assertThat(host.recorder.instances().getFirst().state()).isEqualTo(InstanceState.RUNNING);
    assertThat(host.get(port, "/").body()).isEqualTo("hello");
    Eventually.until("logs", () -> host.recorder.line("line two").isPresent());
    assertThat(host.recorder.lines("APP/PROC/WEB"))
        .containsExactly("listening", "line one", "line two");
  }

  @Test
  void toldAppsApartWhenOneFloodsTheLog() {
    StartInstance flood =
        host.message("flood", host.port(), "yes flood & exec python3 server.py", APP);
    StartInstance quiet = host.message("quiet", host.port(), null, APP);
    host.start(flood);
    host.start(quiet);
    Eventually.until(
        "both run",
        () ->
            host.recorder.instances().stream()
                    .filter(i -> i.state() == InstanceState.RUNNING)
                    .count()
                == 2);
    Eventually.until("told", () -> host.recorder.line("exceeded log rate limit").isPresent());
    for (int i = 0; i < 10; i++) {
      assertThat(host.get(Objects.requireNonNull(quiet.port()), "/say").body()).isEqualTo("hello");
    }
    Eventually.until(
        "every line of the quiet one",
        () ->
            host.recorder.lines("APP/PROC/WEB").stream().filter("line two"::equals).count() == 10);
    assertThat(host.get(Objects.requireNonNull(flood.port()), "/").body()).isEqualTo("hello");
  }

  @Test
  void asksOverHttpWhenToldSo() {
    int port = host.port();
    StartInstance message = host.message("http", port, null, APP);
    host.start(checked(message, "/"));
    Eventually.until("running", () -> host.has(InstanceState.RUNNING));
    host.stop(message);
    Eventually.until("gone", () -> host.warden().containers().isEmpty());

    StartInstance wrong =
        host.message("wrong", host.port(), "exec python3 -m http.server $PORT", APP);
    host.start(timed(checked(wrong, "/missing"), 1));
    Eventually.until("crashed", () -> !host.recorder.exits().isEmpty());
    assertThat(host.recorder.line("never became healthy").orElseThrow().text())
        .contains("GET /missing on port 8080 gave no 2xx answer");
  }

  @Test
  void noticesWhatEndedWhileThePlatformWasAway() {
    int port = host.port();
    running(host.message("ended", port, null, APP));
    host.restartPlatform(() -> {
      try {
        host.get(port, "/exit");
      } catch (java.io.UncheckedIOException e) {
        // It ends before it answers.
      }
    });
    Eventually.until("crashed", () -> host.recorder.exits().size() == 1);
    assertThat(host.recorder.exits().getFirst().exitStatus()).isEqualTo(3);
    // The last heartbeat may still be the one from before its end, so its state proves nothing.
    Eventually.until("it answers again", () -> host.answers(port, "hello"));
  }

  @Test
  void cannotWriteToTheSharedDroplet() {
    int port = host.port();
    StartInstance message =
        host.message(
            "shared",
            port,
            "echo changed > server.py; python3 -m http.server $PORT",
            APP_WITH_TWO_FILES);
    running(message);
    assertThat(host.get(port, "/server.py").body()).isEqualTo("changed\n");
    host.stop(message);
    Eventually.until("gone", () -> host.warden().containers().isEmpty());
    StartInstance again =
        host.message("shared", port, "python3 -m http.server $PORT", APP_WITH_TWO_FILES);
    running(again);
    assertThat(host.get(port, "/server.py").body()).isEqualTo("original");
  }

  private static StartInstance with(StartInstance m, List<String> env) {
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
        env,
        m.services(),
        m.vcapApplication(),
        m.startCommand(),
        m.healthCheckTimeoutSeconds(),
        m.egressRules(),
        m.placement(),
        m.port(),
        m.processId(),
        m.processType(),
        m.healthCheck(),
        null);
  }

  private static StartInstance checked(StartInstance m, String endpoint) {
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
        m.healthCheckTimeoutSeconds(),
        m.egressRules(),
        m.placement(),
        m.port(),
        m.processId(),
        m.processType(),
        new StartInstance.HealthCheck("http", endpoint, 2, null),
        null);
  }

  private static StartInstance timed(StartInstance m, int seconds) {
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
        seconds,
        m.egressRules(),
        m.placement(),
        m.port(),
        m.processId(),
        m.processType(),
        m.healthCheck(),
        null);
  }
}
