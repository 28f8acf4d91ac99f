package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.base.time.testing.Eventually;
import bellows.contracts.Subjects;
import bellows.contracts.logs.LogBatch;
import bellows.router.accesslog.AccessLog;
import bellows.router.accesslog.LoggedQuery;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.core.type.TypeReference;

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
                  + " x_cf_routererror:\"-\" x_b3_traceid:\"[0-9a-f]{32}\" x_b3_spanid:\"[0-9a-f]{16}\""
                  + " traceparent:\"00-[0-9a-f]{32}-[0-9a-f]{16}-01\"");
    }
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(3);
    assertThat(lines.getFirst()).isEqualTo(published.getFirst().text());
    assertThat(lines.get(1))
        .startsWith("unknown.test - [")
        .contains("\" 404 0 ")
        .contains(
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

  private static Map<String, @Nullable Object> fields(String line) {
    return Json.read(line, new TypeReference<>() {});
  }

  private static AccessLog.Config json(Path file) {
    return AccessLog.Config.DEFAULT.file(file).format(AccessLog.Format.JSON);
  }

  @Test
  void writesTheSameAsJsonIfSoSet() throws Exception {
    Path file = directory.resolve("access.log");
    List<LogBatch.Line> published = new CopyOnWriteArrayList<>();
    ScriptedBackend app = ScriptedBackend.saying("hello");
    try (RouterFixture router = new RouterFixture(config -> config.accessLog(json(file)))) {
      router
          .bus()
          .subscribe(
              Subjects.LOGS, m -> m.message().ifPresent(batch -> published.addAll(batch.lines())));
      router.serveApp("app.test", "guid", 2, app);
      try (RawClient client = router.client()) {
        client
            .send(
                "POST /a?b=c HTTP/1.1\r\nHost: app.test\r\nUser-Agent: x\"\\\ty\u00e9\r\n"
                    + "Referer: r\r\nContent-Length: 3\r\n\r\nabc")
            .read();
        client.get("unknown.test", "/").read();
        client.send("broken\r\n\r\n").read();
      }
      Eventually.until("the app's line is published", () -> published.size() == 1);
      assertThat(published.getFirst().text())
          .as("an app's log stays as people know it")
          .startsWith("app.test - [")
          .contains(" x_cf_routererror:\"-\"");
    }
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(3);
    Map<String, @Nullable Object> served = fields(lines.getFirst());
    assertThat(served.get("timestamp")).asString().matches(TIME);
    assertThat(served.get("host")).isEqualTo("app.test");
    assertThat(served.get("method")).isEqualTo("POST");
    assertThat(served.get("uri")).isEqualTo("/a?b=c");
    assertThat(served.get("protocol")).isEqualTo("HTTP/1.1");
    assertThat(served.get("status")).isEqualTo(200);
    assertThat(served.get("request_bytes")).isEqualTo(3);
    assertThat(served.get("response_bytes")).isEqualTo(5);
    assertThat(served.get("referer")).isEqualTo("r");
    assertThat(served.get("user_agent")).isEqualTo("x\"\\\ty\u00e9");
    assertThat(served.get("remote")).asString().startsWith("127.0.0.1:");
    assertThat(served.get("backend")).isEqualTo("127.0.0.1:" + app.port());
    assertThat(served.get("x_forwarded_for")).isEqualTo("127.0.0.1");
    assertThat(served.get("x_forwarded_proto")).isEqualTo("http");
    assertThat(served.get("vcap_request_id")).asString().hasSize(36);
    assertThat(served.get("response_time")).isInstanceOf(Double.class);
    assertThat(served.get("gorouter_time")).isInstanceOf(Double.class);
    assertThat(served.get("app_id")).isEqualTo("guid");
    assertThat(served.get("app_index")).isEqualTo("2");
    assertThat(served.get("instance_id")).isEqualTo("instance-guid-2");
    assertThat(served.get("failed_attempts")).isEqualTo(0);
    assertThat(served.get("x_b3_traceid")).asString().hasSize(32);
    assertThat(served.get("x_b3_spanid")).asString().hasSize(16);
    assertThat(served.get("traceparent")).asString().hasSize(55);
    assertThat(served).containsEntry("wake_time", null).containsEntry("x_cf_routererror", null);
    Map<String, @Nullable Object> unknown = fields(lines.get(1));
    assertThat(unknown.get("status")).isEqualTo(404);
    assertThat(unknown.get("x_cf_routererror")).isEqualTo("unknown_route");
    assertThat(unknown).containsEntry("backend", null).containsEntry("referer", null);
    Map<String, @Nullable Object> broken = fields(lines.get(2));
    assertThat(broken.get("status")).isEqualTo(400);
    assertThat(broken).containsEntry("host", null);
  }

  @Test
  void writesNoFileWhenOff() {
    Path file = directory.resolve("access.log");
    List<LogBatch.Line> published = new CopyOnWriteArrayList<>();
    try (RouterFixture router =
        new RouterFixture(config ->
            config.accessLog(AccessLog.Config.DEFAULT.file(file).format(AccessLog.Format.OFF)))) {
      router
          .bus()
          .subscribe(
              Subjects.LOGS, m -> m.message().ifPresent(batch -> published.addAll(batch.lines())));
      router.serveApp("app.test", "guid", 2, ScriptedBackend.saying("hello"));
      try (RawClient client = router.client()) {
        client.get("app.test", "/").read();
      }
      Eventually.until("the app's line is published", () -> published.size() == 1);
    }
    assertThat(file).doesNotExist();
  }

  private static final String SECRET =
      "/cb?state=open&code=c4n4ry&x=1&Access_Token=c4n4ry;%73ig=c4n4ry&a=b=c4n3&token&X-Amz-Signature="
          + "c4n4ry&api-key=c4n4ry&password=c4n4ry%26more&monkey=nut";

  private String logged(LoggedQuery query, AccessLog.Format format) throws Exception {
    Path file = directory.resolve("access.log");
    try (RouterFixture router =
        new RouterFixture(config ->
            config.accessLog(AccessLog.Config.DEFAULT.file(file).format(format).query(query)))) {
      router.serveApp("app.test", "guid", 0, ScriptedBackend.saying("hello"));
      try (RawClient client = router.client()) {
        client
            .send(
                "GET "
                    + SECRET
                    + " HTTP/1.1\r\nHost: app.test\r\nReferer: https://a.test"
                    + SECRET
                    + "\r\n\r\n")
            .read();
      }
    }
    return Files.readString(file);
  }

  @ParameterizedTest
  @EnumSource(
      value = AccessLog.Format.class,
      names = {"TEXT", "JSON"})
  void keepsSecretsOutOfTheQuery(AccessLog.Format format) throws Exception {
    String redacted =
        "/cb?state=open&code=***&x=1&Access_Token=***;%73ig=***&a=b=c4n3&token&X-Amz-Signature=***"
            + "&api-key=***&password=***&monkey=nut";
    assertThat(logged(LoggedQuery.REDACTED, format))
        .doesNotContain("c4n4ry")
        .contains(redacted, "https://a.test" + redacted + "\"");
  }

  @ParameterizedTest
  @EnumSource(
      value = AccessLog.Format.class,
      names = {"TEXT", "JSON"})
  void leavesTheQueryAwayOrAsItIsIfSoSet(AccessLog.Format format) throws Exception {
    assertThat(logged(LoggedQuery.OMITTED, format)).doesNotContain("?", "state", "c4n");
    assertThat(logged(LoggedQuery.FULL, format)).contains(SECRET, "https://a.test" + SECRET);
  }
}
