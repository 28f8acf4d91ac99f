package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.contracts.Subjects;
import bellows.contracts.logs.LogBatch;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessLogTest {
  @TempDir private Path directory;

  private static final String TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{9}Z";
  private static final String SECONDS = "[0-9]+\\.[0-9]{6}";

  @Test
  void writesALineForEachRequest() throws Exception {
    Path file = directory.resolve("log/access.log");
    List<LogBatch.Line> published = new CopyOnWriteArrayList<>();
    try (RouterFixture router = new RouterFixture(config -> config.accessLog(file))) {
      router
          .bus()
          .subscribe(
              Subjects.LOGS, m -> m.message().ifPresent(batch -> published.addAll(batch.lines())));
      ScriptedBackend app = router.serveApp("app.test", "guid", 2, ScriptedBackend.saying("hello"));
      try (RawClient client = router.client()) {
        client
            .send(
                "POST /a?b=c HTTP/1.1\r\nHost: app.test\r\nUser-Agent: x\"\\\ty\r\nReferer: r\r\n"
                    + "Content-Length: 3\r\n\r\nabc")
            .read();
        client.get("unknown.test", "/").read();
        client.send("broken\r\n\r\n").read();
      }
      Eventually.until("the app's line is published", () -> published.size() == 1);
      LogBatch.Line line = published.getFirst();
      assertThat(line.app()).isEqualTo("guid");
      assertThat(line.sourceType()).isEqualTo("RTR");
      assertThat(line.instanceId()).isEqualTo("2");
      assertThat(line.text())
          .matches(
              "app\\.test - \\["
                  + TIME
                  + "] \"POST /a\\?b=c HTTP/1\\.1\" 200 3 5 \"r\" \"x\\\\x22\\\\x5c\\\\x09y\""
                  + " \"127\\.0\\.0\\.1:[0-9]+\" \"127\\.0\\.0\\.1:"
                  + app.port()
                  + "\" x_forwarded_for:\"127\\.0\\.0\\.1\" x_forwarded_proto:\"http\""
                  + " vcap_request_id:\"[0-9a-f-]{36}\" response_time:"
                  + SECONDS
                  + " gorouter_time:"
                  + SECONDS
                  + " app_id:\"guid\" app_index:\"2\" instance_id:\"instance-guid-2\""
                  + " x_cf_routererror:\"-\"");
    }
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(3);
    assertThat(lines.getFirst()).isEqualTo(published.getFirst().text());
    assertThat(lines.get(1))
        .startsWith("unknown.test - [")
        .contains("\" 404 0 ")
        .endsWith(
            "app_id:\"-\" app_index:\"-\" instance_id:\"-\" x_cf_routererror:\"unknown_route\"");
    assertThat(lines.get(2)).startsWith("- - [").contains("\" 400 0 ");
  }

  @Test
  void aClientCannotEndALineOrAField() throws Exception {
    Path file = directory.resolve("access.log");
    try (RouterFixture router = new RouterFixture(config -> config.accessLog(file))) {
      router.serveApp("app.test", "guid", 0, ScriptedBackend.saying("hello"));
      try (RawClient client = router.client()) {
        client.send("GET /\"x HTTP/1.1\r\nHost: app.test\r\nUser-Agent: \u001b[31m\r\n\r\n").read();
        assertThat(client.isEnded()).isTrue();
      }
      try (RawClient client = router.client()) {
        client.get("app.test", "/\"%0a x_cf_routererror:\"forged").read();
      }
      try (RawClient client = router.client()) {
        client.get("app.test", "/\"x_cf_routererror:\"forged\"").read();
      }
    }
    assertThat(Files.readString(file))
        .doesNotContain("\u001b", "\"forged")
        .contains("/\\x22x_cf_routererror:\\x22forged\\x22 HTTP/1.1\" 200");
  }
}
