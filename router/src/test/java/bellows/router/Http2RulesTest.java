package bellows.router;

import static bellows.router.Http2Rule.APP;
import static bellows.router.Http2Rule.BODY;
import static bellows.router.Http2Rule.PROTOCOL_ERROR;
import static bellows.router.Http2Rule.SILENT;
import static bellows.router.testing.RawHttp2.PING;
import static bellows.router.testing.RawHttp2.PREFACE;
import static bellows.router.testing.RawHttp2.SETTINGS;
import static bellows.router.testing.RawHttp2.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import bellows.router.testing.RawClient;
import bellows.router.testing.RawHttp2;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.io.OutputStream;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rules of RFC 9113 and RFC 7541 that a server has to keep, all that h2spec asks for among
 * them. What is malformed never reaches an app.
 */
class Http2RulesTest {
  private static RouterFixture router;
  private static ScriptedBackend app;

  @BeforeAll
  static void start() {
    router = new RouterFixture();
    app = router.serve(APP, ScriptedBackend.saying(BODY));
    router.serve(
        SILENT,
        new ScriptedBackend(
            conversation -> conversation.in().transferTo(OutputStream.nullOutputStream())));
  }

  @AfterAll
  static void stop() {
    router.close();
  }

  static List<Http2Rule> rules() {
    return Http2Rule.all();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void keeps(Http2Rule rule) {
    try (RawHttp2 client = RawHttp2.open(router.address())) {
      rule.sent().accept(client);
      rule.reaction().accept(client);
    }
    assertThat(app.requests()).noneMatch(request -> request.line().contains("malformed"));
  }

  /** RFC 9113 section 3.4, h2spec http2/3.5/1. */
  @Test
  void beginsWithItsSettings() {
    try (RawHttp2 client = RawHttp2.open(router.address())) {
      assertThat(client.read().type()).isEqualTo(SETTINGS);
    }
  }

  /** RFC 9113 section 3.4, h2spec http2/3.5/2. */
  @Test
  void endsWhatBeginsWithNoPreface() {
    try (RawClient client = router.client()) {
      assertThat(client.send("INVALID CONNECTION PREFACE\r\n\r\n").readToEnd()).contains("400");
    }
    try (RawHttp2 client = RawHttp2.silent(router.address())) {
      client.raw(PREFACE.replace("SM", "MS"));
      Http2Rule.connectionError(PROTOCOL_ERROR).accept(client);
    }
  }

  /** RFC 9113 section 3.4. */
  @Test
  void endsWhatBeginsWithoutSettings() {
    try (RawHttp2 client = RawHttp2.silent(router.address())) {
      client.raw(PREFACE + bytes(PING, 0, 0, "12345678"));
      Http2Rule.connectionError(PROTOCOL_ERROR).accept(client);
    }
  }
}
