package bellows.logaggregator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.base.time.testing.Eventually;
import bellows.base.time.testing.ManualScheduler;
import bellows.bus.InProcessBus;
import bellows.contracts.Subjects;
import bellows.contracts.logs.LogBatch;
import bellows.http.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class LogCacheRoutesTest {
  private final ManualScheduler scheduler = new ManualScheduler();
  private final InProcessBus bus = new InProcessBus(scheduler);
  private final LogStore store = new LogStore(LogStore.Config.DEFAULT, scheduler);
  private final LogAggregator aggregator = new LogAggregator(bus, store);
  private final HttpServer server =
      new HttpServer(
          new HttpServer.Config("127.0.0.1", 0),
          new LogCacheRoutes(store, LogCacheRoutesTest::mayRead, scheduler).routes());
  private final HttpClient client = HttpClient.newHttpClient();
  private final long now = LogStore.nanos(scheduler.now());

  @BeforeEach
  void start() {
    bus.start();
    aggregator.start();
    server.start();
  }

  @AfterEach
  void close() {
    client.close(); // first: the server waits for open connections
    server.close();
    aggregator.close();
    bus.close();
  }

  /** Alice may read the shop, nobody else anything; "broken" cannot be told. */
  private static boolean mayRead(String authorization, String app) {
    if (app.equals("broken")) {
      throw new UncheckedIOException(new IOException("the controller is away"));
    }
    return authorization.equals("bearer alice") && app.equals("shop");
  }

  @Test
  void aLineFromTheBusIsReadInTheFormOfLogCache() throws Exception {
    bus.publish(
        Subjects.LOGS,
        LogBatch.of(new LogBatch.Line("shop", now - 5, "APP/PROC/WEB", "2", true, "grüße")));
    Eventually.until("it is stored", () -> !store.meta().isEmpty());
    assertThat(get("/api/v1/read/shop"))
        .isEqualTo(
            Json.tree(
                """
                {"envelopes":{"batch":[{
                  "timestamp":"%d",
                  "source_id":"shop",
                  "instance_id":"2",
                  "deprecated_tags":{},
                  "tags":{"app_id":"shop","instance_id":"2","process_type":"web",
                          "source_type":"APP/PROC/WEB"},
                  "log":{"payload":"Z3LDvMOfZQ==","type":"ERR"}}]}}
                """
                    .formatted(now - 5)));
  }

  @Test
  void anAppWithoutLinesHasAnEmptyBatch() throws Exception {
    assertThat(get("/api/v1/read/shop")).isEqualTo(Json.tree("{\"envelopes\":{\"batch\":[]}}"));
  }

  @Test
  void aHundredLinesUnlessAskedOtherwise() throws Exception {
    fill(1500);
    assertThat(texts("/api/v1/read/shop")).hasSize(100).startsWith("line 0").endsWith("line 99");
    assertThat(texts("/api/v1/read/shop?limit=0")).hasSize(100);
    assertThat(texts("/api/v1/read/shop?limit=1000")).hasSize(1000);
    assertThat(texts("/api/v1/read/shop?limit=2")).containsExactly("line 0", "line 1");
  }

  @Test
  void descendingGivesTheNewestFirst() throws Exception {
    fill(10);
    assertThat(texts("/api/v1/read/shop?descending=true&limit=3"))
        .containsExactly("line 9", "line 8", "line 7");
  }

  @Test
  void theStartIsIncludedAndTheEndIsNot() throws Exception {
    fill(10);
    long first = now - 10_000;
    assertThat(texts("/api/v1/read/shop?start_time=" + (first + 3) + "&end_time=" + (first + 5)))
        .containsExactly("line 3", "line 4");
    assertThat(texts("/api/v1/read/shop?start_time=-9223372036854775808")).hasSize(10);
    assertThat(texts("/api/v1/read/shop?start_time=-1&end_time=0")).hasSize(10);
  }

  @Test
  void aFollowerSeesEachLineOnce() throws Exception {
    List<String> seen = new ArrayList<>();
    long from = 0;
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 7; i++) {
        store.add(line(now, "line " + round + "." + i));
      }
      JsonNode batch =
          get("/api/v1/read/shop?limit=1000&start_time=" + from).at("/envelopes/batch");
      for (JsonNode envelope : batch) {
        seen.add(text(envelope));
        from = Long.parseLong(envelope.get("timestamp").asString()) + 1;
      }
      scheduler.advance(Duration.ofMillis(1));
    }
    assertThat(seen).hasSize(35).doesNotHaveDuplicates();
  }

  @Test
  void otherKindsOfEnvelopesAreNotThere() throws Exception {
    fill(1);
    assertThat(texts("/api/v1/read/shop?envelope_types=COUNTER&envelope_types=GAUGE")).isEmpty();
    assertThat(texts("/api/v1/read/shop?envelope_types=COUNTER&envelope_types=LOG")).hasSize(1);
    assertThat(texts("/api/v1/read/shop?envelope_types=ANY")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=1001",
        "limit=-1",
        "limit=many",
        "start_time=yesterday",
        "start_time=99999999999999999999",
        "end_time=1.5",
        "start_time=2&end_time=1",
        "envelope_types=SONG",
        "descending=perhaps"
      })
  void aWrongParameterIsToldApart(String query) throws Exception {
    HttpResponse<String> response = send("/api/v1/read/shop?" + query, "bearer alice");
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(Json.tree(response.body()).get("code").asInt()).isEqualTo(3);
  }

  @Test
  void whatMayNotBeReadIsNotFound() throws Exception {
    fill(1);
    for (String path : List.of("/api/v1/read/secret", "/api/v1/read/secret?limit=x")) {
      HttpResponse<String> response = send(path, "bearer alice");
      assertThat(response.statusCode()).isEqualTo(404);
      assertThat(Json.tree(response.body()).get("code").asInt()).isEqualTo(5);
    }
    assertThat(send("/api/v1/read/shop", "bearer bob").statusCode()).isEqualTo(404);
    assertThat(send("/api/v1/read/shop", null).statusCode()).isEqualTo(404);
  }

  @Test
  void whenNobodyKnowsWhoMayReadTheClientIsAskedToComeAgain() throws Exception {
    HttpResponse<String> response = send("/api/v1/read/broken", "bearer alice");
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.body()).contains("\"code\":14").doesNotContain("away");
  }

  @Test
  void metaListsWhatTheClientMayRead() throws Exception {
    fill(3);
    store.add(new LogBatch.Line("secret", now, "STG", "0", false, "x"));
    assertThat(get("/api/v1/meta"))
        .isEqualTo(
            Json.tree(
                """
                {"meta":{"shop":{"count":"3","expired":"0",
                  "oldestTimestamp":"%d","newestTimestamp":"%d"}}}
                """
                    .formatted(now - 10_000, now - 9_998)));
    assertThat(send("/api/v1/meta", null).body()).isEqualTo("{\"meta\":{}}");
  }

  @Test
  void infoNeedsNoLogin() throws Exception {
    scheduler.advance(Duration.ofSeconds(42));
    HttpResponse<String> response = send("/api/v1/info", null);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(Json.tree(response.body()))
        .isEqualTo(Json.tree("{\"version\":\"3.1.0\",\"vm_uptime\":\"42\"}"));
  }

  @Test
  void aClosedAggregatorTakesNothingMore() {
    aggregator.start();
    aggregator.close();
    aggregator.close();
    bus.publish(Subjects.LOGS, LogBatch.of(line(now, "late")));
    assertThat(store.meta()).isEmpty();
  }

  private void fill(int lines) {
    for (int i = 0; i < lines; i++) {
      store.add(line(now - 10_000 + i, "line " + i));
    }
  }

  private static LogBatch.Line line(long nanos, String text) {
    return new LogBatch.Line("shop", nanos, "APP/PROC/WEB", "0", false, text);
  }

  private List<String> texts(String path) throws Exception {
    return StreamSupport.stream(get(path).at("/envelopes/batch").spliterator(), false)
        .map(LogCacheRoutesTest::text)
        .toList();
  }

  private static String text(JsonNode envelope) {
    return new String(Base64.getDecoder().decode(envelope.at("/log/payload").asString()), UTF_8);
  }

  private JsonNode get(String path) throws Exception {
    HttpResponse<String> response = send(path, "bearer alice");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return Json.tree(response.body());
  }

  private HttpResponse<String> send(String path, @Nullable String authorization) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .timeout(Duration.ofSeconds(10));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
