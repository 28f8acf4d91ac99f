package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.contracts.routing.RouterRegister;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.type.TypeReference;

/** In which form the router answers itself. */
class ErrorFormsTest {
  private static final String BROWSER =
      "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n";

  private final RouterFixture router = new RouterFixture();

  @AfterEach
  void close() {
    router.close();
  }

  private RawClient.Response missing(String headers) {
    try (RawClient client = router.client()) {
      return client.send("GET / HTTP/1.1\r\nHost: unknown.test\r\n" + headers + "\r\n").read();
    }
  }

  private static void isUnknownRoute(RawClient.Response response) {
    assertThat(response.status()).isEqualTo(404);
    assertThat(response.header("X-Cf-RouterError")).isEqualTo("unknown_route");
    assertThat(response.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(response.header("Vary")).isEqualTo("Accept");
  }

  @Test
  void isALineOfTextForWhoDoesNotAsk() {
    RawClient.Response response = missing("");
    isUnknownRoute(response);
    assertThat(response.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(response.body())
        .isEqualTo("404 Not Found: Requested route ('unknown.test') does not exist.\n");
  }

  @Test
  void isAnObjectForPrograms() {
    RawClient.Response response = missing("Accept: application/json\r\n");
    isUnknownRoute(response);
    assertThat(response.header("Content-Type")).isEqualTo("application/json; charset=utf-8");
    assertThat(Json.read(response.body(), new TypeReference<Map<String, Object>>() {}))
        .containsOnly(
            Map.entry("status", 404),
            Map.entry("title", "Not Found"),
            Map.entry("detail", "Requested route ('unknown.test') does not exist."),
            Map.entry("error", "unknown_route"),
            Map.entry("request_id", response.header("X-Vcap-Request-Id")));
  }

  @Test
  void isAPageForBrowsers() {
    RawClient.Response response = missing(BROWSER);
    isUnknownRoute(response);
    assertThat(response.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
    assertThat(response.header("Content-Security-Policy")).startsWith("default-src 'none'");
    assertThat(response.body())
        .startsWith("<!doctype html>")
        .contains(
            "<title>404 Not Found</title>",
            "<p>Requested route (&#39;unknown.test&#39;) does not exist.</p>",
            "Request " + response.header("X-Vcap-Request-Id"))
        .doesNotContain("{title}", "{message}", "{request}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*/* | text/plain",
        "image/png | text/plain",
        "'' | text/plain",
        "application/json, */* | application/json",
        "application/* | application/json",
        "text/* | text/plain",
        "text/*;q=0.5, text/html | text/html",
        "text/html;q=0.5, application/json;q=0.7 | application/json",
        "text/html;q=0.7;level=1, application/json;Q=0.5 | text/html",
        "application/json;q=0, */* | text/plain",
        "text/plain;q=0, */*;q=0.1 | application/json",
        "text/html;q=many, application/json;q=0.1 | application/json",
        "text/html;q=NaN, application/json;q=0.1 | application/json",
        "APPLICATION/JSON | application/json",
        "application/json, text/plain, */* | text/plain",
        ",;,q=1,; | text/plain"
      })
  void isWhatTheClientLikesBest(String accept, String type) {
    assertThat(missing("Accept: " + accept + "\r\n").header("Content-Type"))
        .isEqualTo(type + "; charset=utf-8");
  }

  @Test
  void readsAllOfSeveralAcceptHeaders() {
    assertThat(
            missing("Accept: text/html;q=0.1\r\nAccept: application/json\r\n")
                .header("Content-Type"))
        .startsWith("application/json");
  }

  @Test
  void hasNoBodyButItsLengthForHead() {
    try (RawClient client = router.client()) {
      client.send("HEAD / HTTP/1.1\r\nHost: unknown.test\r\n" + BROWSER + "\r\n");
      RawClient.Response head = client.read(false);
      isUnknownRoute(head);
      int length = Integer.parseInt(head.header("Content-Length"));
      client.send("GET / HTTP/1.1\r\nHost: unknown.test\r\n" + BROWSER + "\r\n");
      assertThat(client.read().body()).hasSize(length);
    }
  }

  @Test
  void showsNothingOfTheEndpointButInTheHeader() {
    int port = router.closedPort();
    router.register(RouterRegister.component("c", "127.0.0.1", port, List.of("app.test")));
    for (String accept : List.of("text/plain", "application/json", "text/html")) {
      try (RawClient client = router.client()) {
        client.send("GET /?secret HTTP/1.1\r\nHost: app.test\r\nAccept: " + accept + "\r\n\r\n");
        RawClient.Response response = client.read();
        assertThat(response.status()).isEqualTo(502);
        assertThat(response.header("X-Cf-RouterError")).contains("127.0.0.1:" + port);
        assertThat(response.body()).doesNotContain("127.0.0.1", "secret", "app.test");
      }
    }
  }
}
