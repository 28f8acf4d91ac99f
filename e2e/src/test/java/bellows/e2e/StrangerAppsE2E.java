package bellows.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.process.Subprocess;
import bellows.testkit.CommandResult;
import bellows.testkit.HttpAnswer;
import bellows.testkit.Platform;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Apps that nobody here wrote: published by others, pushed as they are. */
class StrangerAppsE2E {
  private static Platform platform;
  @TempDir Path directory;

  @BeforeAll
  static void start() {
    platform = Platform.start("bstrange", 241);
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  /** http-server comes from npm with some forty packages that it depends on. */
  @Test
  void aPublishedNpmPackage() {
    Path app =
        Apps.directory(
            directory,
            "npm",
            Map.of(
                "package.json",
                """
                {"name": "files", "version": "1.0.0",
                 "dependencies": {"http-server": "14.1.1"},
                 "scripts": {"start": "http-server files -p $PORT"}}
                """,
                "files/readme.txt",
                "served by http-server\n"));
    platform.cli(app, List.of("push", "files", "-m", "128M")).ok();
    HttpAnswer answer = platform.get("files", "/readme.txt");
    assertThat(answer.status()).as(answer.head()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("served by http-server\n");
    assertThat(platform.cli("delete", "files", "-f", "-r").ok().out()).isNotEmpty();
  }

  /**
   * WireMock's executable jar, as Maven Central has it. Staging starts it once, and its start maps
   * what the JVM had loaded by then.
   */
  @Test
  void anExecutableJar() {
    Path jar = Path.of(System.getProperty("bellows.stranger.jar"));
    CommandResult push =
        platform.cli(
            directory,
            List.of(
                "push",
                "wiremock",
                "-p",
                jar.toString(),
                "-m",
                "384M",
                "-c",
                "run-java --port $PORT"));
    assertThat(push.ok().all()).containsPattern("[0-9]+ MB of loaded classes kept");
    HttpAnswer answer = platform.get("wiremock", "/__admin/mappings");
    assertThat(answer.status()).as(answer.head()).isEqualTo(200);
    assertThat(answer.body()).contains("\"mappings\"");
    assertThat(archivesInUse()).hasSize(1);

    platform.cli("set-env", "wiremock", "JAVA_OPTS", "-Xmx60m").ok();
    platform.cli("restart", "wiremock").ok();
    assertThat(platform.get("wiremock", "/__admin/mappings").status())
        .as("with a heap smaller than the one it would begin with")
        .isEqualTo(200);
    platform.cli("delete", "wiremock", "-f", "-r").ok();
  }

  /** The archives of loaded classes that processes of apps have mapped. */
  private static Set<String> archivesInUse() {
    String found = "grep -hoE '[^ ]*/app[.](jsa|aot)$' /proc/[0-9]*/maps | sort -u";
    return Subprocess.run(Duration.ofSeconds(10), List.of("bash", "-c", found))
        .out()
        .lines()
        .collect(Collectors.toSet());
  }

  /** httpbin is a WSGI app that Debian packages. */
  @Test
  void aWsgiAppOfDebian() {
    Path app =
        Apps.directory(
            directory,
            "httpbin",
            Map.of(
                "requirements.txt",
                "httpbin\ngunicorn\n",
                "Procfile",
                "web: python -m gunicorn --bind 0.0.0.0:$PORT httpbin:app\n"));
    platform.cli(app, List.of("push", "httpbin", "-m", "256M")).ok();
    HttpAnswer answer = platform.get("httpbin", "/get?hello=there");
    assertThat(answer.status()).as(answer.head()).isEqualTo(200);
    assertThat(answer.body()).contains("\"hello\":\"there\"");
    platform.cli("delete", "httpbin", "-f", "-r").ok();
  }
}
