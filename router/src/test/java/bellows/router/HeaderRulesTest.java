package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderRulesTest {
  private static final String UUID =
      "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

  private final RouterFixture trusting = new RouterFixture();
  private final RouterFixture wary =
      new RouterFixture(config -> config.trustedProxies(List.of("192.0.2.0/24")));

  @AfterEach
  void close() {
    trusting.close();
    wary.close();
  }

  private static String lines(String... lines) {
    return String.join("\r\n", lines) + "\r\n";
  }

  private static ScriptedBackend.Request forwarded(RouterFixture router, String headers) {
    ScriptedBackend app = router.serveApp("app.test", "guid", 3, ScriptedBackend.saying("ok"));
    try (RawClient client = router.client()) {
      client.send("GET / HTTP/1.1\r\nHost: app.test:8080\r\n" + headers + "\r\n");
      assertThat(client.read().status()).isEqualTo(200);
    }
    return app.last();
  }

  @Test
  void tellsTheAppWhoCalledAndWhom() {
    ScriptedBackend.Request seen = forwarded(trusting, "");
    assertThat(seen.header("Host")).isEqualTo("app.test:8080");
    assertThat(seen.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
    assertThat(seen.header("X-Forwarded-Proto")).isEqualTo("http");
    assertThat(seen.header("X-Forwarded-Host")).isEqualTo("app.test:8080");
    assertThat(seen.header("X-Request-Start")).matches("1[0-9]{12}");
    assertThat(seen.header("X-Vcap-Request-Id")).matches(UUID);
    assertThat(seen.header("X-CF-ApplicationID")).isEqualTo("guid");
    assertThat(seen.header("X-CF-InstanceID")).isEqualTo("instance-guid-3");
    assertThat(seen.header("X-CF-InstanceIndex")).isEqualTo("3");
  }

  private static final String CLAIMS =
      """
      X-Forwarded-For: 203.0.113.7\r
      X-Forwarded-For: 203.0.113.8\r
      X-Forwarded-Proto: https\r
      X-Forwarded-Host: outside.test\r
      X-Forwarded-Port: 443\r
      X-Forwarded-Client-Cert: forged\r
      X-Real-IP: 203.0.113.7\r
      Forwarded: for=203.0.113.7\r
      X-Request-Start: 1234567890123\r
      """;

  @Test
  void believesATrustedProxy() {
    ScriptedBackend.Request seen = forwarded(trusting, CLAIMS);
    assertThat(seen.header("X-Forwarded-For")).isEqualTo("203.0.113.7, 203.0.113.8, 127.0.0.1");
    assertThat(seen.count("X-Forwarded-For")).isEqualTo(1);
    assertThat(seen.header("X-Forwarded-Proto")).isEqualTo("https");
    assertThat(seen.header("X-Forwarded-Host")).isEqualTo("outside.test");
    assertThat(seen.header("X-Forwarded-Port")).isEqualTo("443");
    assertThat(seen.header("X-Real-IP")).isEqualTo("203.0.113.7");
    assertThat(seen.header("X-Request-Start")).isEqualTo("1234567890123");
  }

  @Test
  void believesNobodyElse() {
    ScriptedBackend.Request seen = forwarded(wary, CLAIMS);
    assertThat(seen.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
    assertThat(seen.header("X-Forwarded-Proto")).isEqualTo("http");
    assertThat(seen.header("X-Forwarded-Host")).isEqualTo("app.test:8080");
    assertThat(seen.header("X-Request-Start")).isNotEqualTo("1234567890123");
    for (String gone :
        List.of("X-Forwarded-Port", "X-Forwarded-Client-Cert", "X-Real-IP", "Forwarded")) {
      assertThat(seen.count(gone)).as(gone).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Vcap-Request-Id",
        "X-CF-ApplicationID",
        "X-CF-InstanceID",
        "X-CF-InstanceIndex",
        "x-cf-applicationid"
      })
  void replacesWhatAClientSaysOfTheInstance(String name) {
    ScriptedBackend.Request seen = forwarded(trusting, name + ": forged\r\n");
    assertThat(seen.count(name)).isEqualTo(1);
    assertThat(seen.header(name)).isNotEqualTo("forged");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X_Forwarded_For",
        "X_FORWARDED_PROTO",
        "X_CF_ApplicationID",
        "X-CF_InstanceID",
        "X_Vcap_Request_Id",
        "X_Real_IP",
        "Content_Length",
        "Transfer_Encoding",
        "X-CF-Forwarded-Url",
        "X-CF-Proxy-Signature",
        "Keep-Alive",
        "Proxy-Connection",
        "Proxy-Authorization",
        "TE",
        "Trailer",
        "Upgrade",
        "HTTP2-Settings"
      })
  void dropsWhatIsNotForTheApp(String name) {
    assertThat(forwarded(trusting, name + ": 7\r\n").count(name)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Cookie", "Authorization", "api_key", "Accept", "X-Other"})
  void passesOnWhatIs(String name) {
    assertThat(forwarded(trusting, name + ": value\r\n").header(name)).isEqualTo("value");
  }

  @Test
  void removesWhatConnectionNames() {
    ScriptedBackend.Request seen =
        forwarded(
            trusting,
            "Connection: close , X-Hop,x-other\r\nX-Hop: a\r\nX-Other: b\r\nX-Stays: c\r\n");
    assertThat(seen.count("X-Hop")).isZero();
    assertThat(seen.count("X-Other")).isZero();
    assertThat(seen.count("Connection")).isZero();
    assertThat(seen.header("X-Stays")).isEqualTo("c");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host",
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "X-Forwarded-Host",
        "X-Vcap-Request-Id",
        "X-CF-ApplicationID",
        "X-Real-IP",
        "Authorization",
        "Cookie",
        "X-Request-Start"
      })
  void doesNotLetConnectionRemoveWhatMatters(String name) {
    String value = name.equals("Host") ? "" : name + ": kept\r\n";
    assertThat(forwarded(trusting, "Connection: " + name + "\r\n" + value).count(name))
        .isEqualTo(1);
  }

  @Test
  void passesOnlyTheInstanceHeaderOfAProcess() {
    ScriptedBackend.Request seen = forwarded(trusting, "X-CF-Process-Instance: process-guid:3\r\n");
    assertThat(seen.header("X-CF-Process-Instance")).isEqualTo("process-guid:3");
  }

  @Test
  void keepsTheInstanceHeaderOfAnAppToItself() {
    ScriptedBackend.Request other = forwarded(trusting, "X-CF-App-Instance: guid:3\r\n");
    assertThat(other.count("X-CF-App-Instance")).isZero();
  }

  @Test
  void framesAnewWhatItPassesOn() {
    ScriptedBackend app = trusting.serve("app.test", ScriptedBackend.echo());
    try (RawClient client = trusting.client()) {
      client.send(
          lines(
              "POST http://app.test/p HTTP/1.1",
              "Host: app.test",
              "Transfer-Encoding: chunked",
              "",
              "000003;x=y",
              "abc",
              "2",
              "de",
              "0",
              "X-Trailer: forged",
              ""));
      assertThat(client.read().body()).isEqualTo("abcde");
    }
    assertThat(app.last().line()).isEqualTo("POST /p HTTP/1.1");
    assertThat(app.last().body()).isEqualTo("abcde");
    assertThat(app.last().count("X-Trailer")).isZero();
  }

  @Test
  void cleansTheResponseToo() {
    trusting.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          conversation.read();
          conversation.send(
              lines(
                  "HTTP/1.1 201 Made it",
                  "X-App: a",
                  "X-Hop: b",
                  "Connection: X-Hop",
                  "Keep-Alive: timeout=5",
                  "X-CF-Proxy-Signature: c",
                  "Proxy-Authenticate: d",
                  "Content-Length: 2",
                  ""));
          conversation.send("ok");
          conversation.read();
        }));
    try (RawClient client = trusting.client()) {
      RawClient.Response response = client.get("app.test", "/").read();
      assertThat(response.statusLine()).isEqualTo("HTTP/1.1 201 Made it");
      assertThat(response.header("X-App")).isEqualTo("a");
      assertThat(response.header("X-Vcap-Request-Id")).matches(UUID);
      assertThat(response.headers()).hasSize(3);
    }
  }

  @Test
  void keepsTheRequestIdThatTheAppGave() {
    trusting.serve(
        "app.test",
        new ScriptedBackend(conversation -> {
          conversation.read();
          conversation.send(
              "HTTP/1.1 200 OK\r\nX-Vcap-Request-Id: mine\r\nContent-Length: 0\r\n\r\n");
        }));
    try (RawClient client = trusting.client()) {
      RawClient.Response response = client.get("app.test", "/").read();
      assertThat(response.header("X-Vcap-Request-Id")).isEqualTo("mine");
      assertThat(response.headers()).hasSize(2);
    }
  }
}
