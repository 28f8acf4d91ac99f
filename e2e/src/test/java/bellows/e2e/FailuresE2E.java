package bellows.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.testkit.CommandResult;
import bellows.testkit.Platform;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What goes wrong is told in words that the developer can act on, and the client's exit code says
 * so.
 */
class FailuresE2E {
  private static Platform platform;
  @TempDir Path directory;

  @BeforeAll
  static void start() {
    platform = Platform.start("bfailure", 242);
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  @Test
  void aFailingBuildShowsTheBuildToolsOwnMessage() {
    Path app =
        Apps.directory(
            directory,
            "broken",
            Map.of(
                "go.mod",
                "module broken\n\ngo 1.19\n",
                "main.go",
                "package main\n\nfunc main() { undefinedThing() }\n"));
    CommandResult push = platform.cli(app, List.of("push", "broken"));
    assertThat(push.exitCode()).isNotZero();
    assertThat(push.all()).contains("undefined: undefinedThing").contains("BuildpackCompileFailed");
  }

  @Test
  void anAppOfNoKnownKindIsToldSo() {
    Path app = Apps.directory(directory, "strange", Map.of("notes.txt", "nothing to run\n"));
    CommandResult push = platform.cli(app, List.of("push", "strange"));
    assertThat(push.exitCode()).isNotZero();
    assertThat(push.all()).contains("NoAppDetectedError");
  }

  @Test
  void anAppThatDoesNotListenIsToldThePortAndItsLastLines() {
    Path app =
        Apps.directory(
            directory, "deaf", Map.of("Procfile", "web: echo I am up but deaf; sleep 300\n"));
    CommandResult push = platform.cli(app, List.of("push", "deaf", "-t", "3", "-m", "32M"));
    assertThat(push.exitCode()).isNotZero();
    assertThat(push.all()).contains("8080").contains("I am up but deaf");
    platform.cli("delete", "deaf", "-f", "-r").ok();
  }

  /** It ends at once without a variable that the training run does not give it. */
  @Test
  void aJavaAppThatCannotBeTrainedIsToldSoAndRunsAllTheSame() {
    Path app =
        Apps.directory(
            directory,
            "shy",
            Map.of(
                "META-INF/MANIFEST.MF",
                "Manifest-Version: 1.0\nMain-Class: Shy\n",
                "manifest.yml",
                "applications:\n- name: shy\n  memory: 256M\n  env:\n    GREETING: not trained\n",
                "Shy.java",
                """
                import com.sun.net.httpserver.HttpServer;
                import java.net.InetSocketAddress;

                class Shy {
                  public static void main(String[] words) throws Exception {
                    byte[] greeting = System.getenv("GREETING").getBytes();
                    int port = Integer.parseInt(System.getenv("PORT"));
                    HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
                    server.createContext("/", exchange -> {
                      exchange.sendResponseHeaders(200, greeting.length);
                      exchange.getResponseBody().write(greeting);
                      exchange.close();
                    });
                    server.start();
                  }
                }
                """));
    String source = app.resolve("Shy.java").toString();
    int compiled =
        ToolProvider.getSystemJavaCompiler().run(null, null, null, "--release", "17", source);
    assertThat(compiled).isZero();

    CommandResult push = platform.cli(app, List.of("push", "shy"));

    assertThat(push.ok().all()).contains("the app ended by itself; it said last:", "at Shy.main");
    assertThat(platform.get("shy", "/").body()).isEqualTo("not trained");
    platform.cli("delete", "shy", "-f", "-r").ok();
  }

  @Test
  void tooLittleMemorySaysSo() {
    Path app =
        Apps.directory(
            directory,
            "hungry",
            Map.of(
                "package.json",
                "{\"name\": \"hungry\", \"version\": \"1.0.0\", \"scripts\": {\"start\": \"node server.js\"}}",
                "server.js",
                "const kept = []; for (;;) kept.push(Buffer.alloc(1 << 20, 1));\n"));
    CommandResult push = platform.cli(app, List.of("push", "hungry", "-m", "48M"));
    assertThat(push.exitCode()).isNotZero();
    assertThat(push.all()).containsIgnoringCase("out of memory");
    platform.cli("delete", "hungry", "-f", "-r").ok();
  }

  @Test
  void anAppThatEndsAtOnceIsToldItsExitCode() {
    Path app =
        Apps.directory(
            directory, "quits", Map.of("Procfile", "web: echo no database here; exit 3\n"));
    CommandResult push = platform.cli(app, List.of("push", "quits", "-m", "32M"));
    assertThat(push.exitCode()).isNotZero();
    assertThat(push.all()).contains("no database here").containsPattern("(?i)exit(ed)?[^\\n]*3");
    platform.cli("delete", "quits", "-f", "-r").ok();
  }

  @Test
  void aWrongManifestChangesNothing() {
    Path app =
        Apps.directory(
            directory,
            "wrong",
            Map.of(
                "manifest.yml",
                "applications:\n- name: wrong\n  memory: lots\n  instances: -1\n",
                "index.html",
                "never seen"));
    CommandResult push = platform.cli(app, List.of("push"));
    assertThat(push.exitCode()).isNotZero();
    assertThat(push.all()).contains("memory").contains("instances");
    assertThat(platform.cli("apps").ok().out()).doesNotContain("wrong");
  }
}
