package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.contracts.routing.RouterRegister;
import bellows.router.testing.RawClient;
import bellows.router.testing.RawHttp2;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private static final Pattern SAMPLE =
      Pattern.compile(
          "([a-z_]+(?:\\{[a-z]+=\"[a-z0-9_]+\"(?:,le=\"(?:[0-9.E-]+|\\+Inf)\")?})?)"
              + " ([0-9]+(?:\\.[0-9E-]+)?)");
  private static final String TOOK = "bellows_router_request_duration_seconds";

  private final RouterFixture router =
      new RouterFixture(config -> config.status(0, "status", "opens"));

  @AfterEach
  void close() {
    router.close();
  }

  private HttpResponse<String> get(String credentials) throws Exception {
    String basic = Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + router.router().statusPort() + "/metrics"))
              .header("Authorization", "Basic " + basic)
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  /** Every sample by its name and labels; fails for a line that is none. */
  private Map<String, Double> samples() throws Exception {
    Map<String, Double> samples = new LinkedHashMap<>();
    String family = "";
    for (String line : get("status:opens").body().lines().toList()) {
      if (line.startsWith("# TYPE ")) {
        family = line.substring(7, line.lastIndexOf(' '));
        assertThat(line).matches("# TYPE [a-z_]+ (counter|gauge|histogram)");
      } else if (!line.startsWith("# HELP ")) {
        Matcher sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as(line).isTrue();
        assertThat(line).startsWith(family);
        assertThat(samples.put(sample.group(1), Double.valueOf(sample.group(2))))
            .as("twice: " + line)
            .isNull();
      }
    }
    return samples;
  }

  private Map<String, Double> samplesOnce(String name, double value) throws Exception {
    Eventually.until(
        name + " is " + value,
        () -> {
          try {
            return samples().getOrDefault(name, -1.0) == value;
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    return samples();
  }

  @Test
  void isShownToThoseWhoMaySeeIt() throws Exception {
    assertThat(get("status:wrong").statusCode()).isEqualTo(401);
    HttpResponse<String> page = get("status:opens");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
  }

  @Test
  void countsWhatIsServed() throws Exception {
    router.serveApp("app.test", "guid", 0, ScriptedBackend.saying("hello"));
    Map<String, Double> before = samples();
    try (RawClient client = router.client()) {
      for (int i = 0; i < 3; i++) {
        client.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 3\r\n\r\nabc").read();
      }
      client.get("unknown.test", "/").read();
      Map<String, Double> after = samplesOnce("bellows_router_requests_total{status=\"4xx\"}", 1);
      assertThat(after)
          .containsEntry("bellows_router_requests_total{status=\"2xx\"}", 3.0)
          .containsEntry("bellows_router_requests_total{status=\"5xx\"}", 0.0)
          .containsEntry("bellows_router_request_body_bytes_total", 9.0)
          .containsEntry("bellows_router_errors_total{error=\"unknown_route\"}", 1.0)
          .containsEntry("bellows_router_client_connections", 1.0)
          .containsEntry("bellows_router_websockets", 0.0)
          .containsEntry("bellows_router_endpoints", before.get("bellows_router_endpoints"))
          .containsEntry("bellows_router_bus_connected", 1.0)
          .containsEntry(TOOK + "_count{class=\"awake\"}", 3.0)
          .containsEntry(TOOK + "_bucket{class=\"awake\",le=\"+Inf\"}", 3.0)
          .containsEntry(TOOK + "_bucket{class=\"awake\",le=\"60.0\"}", 3.0)
          .containsEntry(TOOK + "_count{class=\"error\"}", 1.0)
          .containsEntry(TOOK + "_count{class=\"woken\"}", 0.0);
      assertThat(after.get("bellows_router_response_body_bytes_total")).isGreaterThan(15);
      assertThat(after.get(TOOK + "_sum{class=\"awake\"}")).isPositive();
      assertThat(after.keySet())
          .as("no series comes with traffic")
          .containsExactlyElementsOf(before.keySet());
    }
    samplesOnce("bellows_router_client_connections", 0);
  }

  @Test
  void showsTcpRoutesApart() throws Exception {
    assertThat(samples())
        .containsEntry("bellows_router_tcp_connections_total", 0.0)
        .containsEntry("bellows_router_tcp_connections", 0.0)
        .containsEntry("bellows_router_tcp_received_bytes_total", 0.0)
        .containsEntry("bellows_router_tcp_sent_bytes_total", 0.0)
        .containsEntry("bellows_router_tcp_failures_total{failure=\"dial\"}", 0.0)
        .containsEntry("bellows_router_tcp_failures_total{failure=\"no_endpoint\"}", 0.0)
        .containsEntry("bellows_router_tcp_failures_total{failure=\"reset\"}", 0.0)
        .containsEntry("bellows_router_tcp_failures_total{failure=\"idle\"}", 0.0);
  }

  @Test
  void countsWakesAndWebSocketsApart() throws Exception {
    ScriptedBackend sleeper =
        new ScriptedBackend(conversation -> {
          ScriptedBackend.Request request = conversation.readHead();
          if (request.count("Upgrade") == 0) {
            conversation.ok("awake");
            return;
          }
          conversation.send(
              "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
          conversation.in().transferTo(conversation.out());
        });
    try (sleeper) {
      router.register(
          RouterRegister.instance(
              "127.0.0.1",
              sleeper.port(),
              List.of("app.test"),
              "app",
              "dea",
              "i0",
              0,
              Map.of("state", "asleep")));
      try (RawClient client = router.client()) {
        client.get("app.test", "/").read();
      }
      assertThat(samplesOnce(TOOK + "_count{class=\"woken\"}", 1))
          .containsEntry("bellows_router_wakes_total", 1.0)
          .containsEntry("bellows_router_wake_requests_total", 1.0)
          .containsEntry(TOOK + "_count{class=\"awake\"}", 0.0);
      try (RawClient client = router.client()) {
        client.send(
            "GET / HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        assertThat(client.read(false).status()).isEqualTo(101);
        assertThat(samplesOnce("bellows_router_websockets", 1))
            .containsEntry(TOOK + "_count{class=\"websocket\"}", 0.0);
      }
      assertThat(samplesOnce(TOOK + "_count{class=\"websocket\"}", 1))
          .containsEntry("bellows_router_websockets", 0.0)
          .containsEntry("bellows_router_requests_total{status=\"1xx\"}", 1.0);
    }
  }

  @Test
  void countsWhatClientsSendInVain() throws Exception {
    try (RawHttp2 client = RawHttp2.open(router.address())) {
      String request =
          RawHttp2.bytes(
              RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.request("app.test", "/"));
      client.raw(request + RawHttp2.bytes(RawHttp2.RST_STREAM, 0, 1, RawHttp2.number(8)));
      assertThat(samplesOnce("bellows_router_requests_taken_back_total", 1))
          .containsEntry("bellows_router_floods_total", 0.0);
      client.raw(RawHttp2.bytes(RawHttp2.PING, 0, 0, "12345678").repeat(3000));
      samplesOnce("bellows_router_floods_total", 1);
    }
  }

  @Test
  void countsRetriesByTheirCause() throws Exception {
    router.register(
        RouterRegister.instance(
            "127.0.0.1",
            router.closedPort(),
            List.of("app.test"),
            "app",
            "dea",
            "i0",
            0,
            Map.of()));
    router.serveApp("app.test", "app", 1, ScriptedBackend.saying("ok"));
    assertThat(RawClient.getEach(router.address(), "app.test", 2))
        .allSatisfy(response -> assertThat(response.status()).isEqualTo(200));
    assertThat(samples())
        .as("one of two was sent to the dead instance first")
        .containsEntry("bellows_router_backend_failures_total{failure=\"dial\"}", 1.0)
        .containsEntry("bellows_router_retries_total", 1.0)
        .containsEntry("bellows_router_errors_total{error=\"endpoint_failure\"}", 0.0);
  }
}
