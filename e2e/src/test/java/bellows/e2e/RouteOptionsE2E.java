package bellows.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.base.time.testing.Eventually;
import bellows.testkit.HttpAnswer;
import bellows.testkit.Platform;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a person wants of a route, from the command to the router, while the app runs. */
class RouteOptionsE2E {
  private static final String PASSWORD = "only-for-this-test";
  private static final String DOMAIN = "bellows.localhost";

  private static Platform platform;
  private static Guard guard;
  private static int statusPort;
  @TempDir static Path directory;

  @BeforeAll
  static void start() throws Exception {
    try (ServerSocket free = new ServerSocket(0)) {
      statusPort = free.getLocalPort();
    }
    platform =
        Platform.start(
            "boptions",
            251,
            "router.route_service_subnets=127.0.0.0/8",
            "router.status_port=" + statusPort,
            "router.status_password=" + PASSWORD);
    guard = new Guard(directory, platform.port());
    platform.down();
    Files.writeString(platform.data().resolve("tls/backend-ca.pem"), guard.certificate());
    platform.up();
    Path shop =
        Apps.directory(
            directory,
            "shop",
            Map.of(
                "manifest.yml",
                """
                applications:
                - name: shop
                  memory: 32M
                  routes:
                  - route: shop.bellows.localhost
                    options: {loadbalancing: least-connection, compression: off}
                """,
                "index.html",
                "the shop"));
    platform.cli(shop, List.of("push")).ok();
  }

  @AfterAll
  static void stop() {
    guard.close();
    platform.close();
  }

  @Test
  void anOptionReachesTheRouterWithoutARestart() throws Exception {
    assertThat(route().path("load_balancing_algorithm").asString()).isEqualTo("least-connection");
    update("-o", "rate_limit=2/h", "-r", "loadbalancing");
    Eventually.until("the third is one too many", () -> get("/").status() == 429);
    assertThat(get("/").header("X-Cf-RouterError")).hasValue("rate_limited");
    assertThat(platform.cli("routes").ok().out()).contains("rate_limit=2/h, compression=off");
    assertThat(route().path("load_balancing_algorithm").asString()).isEqualTo("round-robin");
    update("-o", "rate_limit=1000/s");
    Eventually.until("they pass again", () -> get("/").status() == 200);
    update("-r", "rate_limit");
    assertThat(IntStream.range(0, 20).map(_ -> get("/").status())).containsOnly(200);
  }

  @Test
  void requestsPassByTheServiceThatTheirRouteIsBoundTo() {
    platform.cli("create-user-provided-service", "guard", "-r", guard.url()).ok();
    platform.cli("bind-route-service", DOMAIN, "-n", "shop", "guard").ok();
    Eventually.until("the guard sees them", () -> get("/").header("X-Guard").isPresent());
    assertThat(get("/").body()).isEqualTo("the shop");
    assertThat(get("/forbidden").status()).isEqualTo(403);
    assertThat(platform.cli("services").ok().out())
        .contains("guard", guard.url(), "shop.bellows.localhost");
    platform.cli("unbind-route-service", DOMAIN, "-n", "shop", "guard", "-f").ok();
    Eventually.until("they go straight", () -> get("/").header("X-Guard").isEmpty());
    assertThat(get("/").body()).isEqualTo("the shop");
    platform.cli("delete-service", "guard", "-f").ok();
  }

  private static void update(String... options) {
    List<String> command = new ArrayList<>(List.of("update-route", DOMAIN, "-n", "shop"));
    command.addAll(List.of(options));
    platform.cli(command.toArray(String[]::new)).ok();
  }

  private static HttpAnswer get(String path) {
    return platform.get("shop", path);
  }

  /** The route's first endpoint, as the router shows it. */
  private static JsonNode route() throws IOException, InterruptedException {
    String basic =
        Base64.getEncoder().encodeToString(("status:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    try (HttpClient client = HttpClient.newHttpClient()) {
      String routes =
          client
              .send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + statusPort + "/routes"))
                      .header("Authorization", "Basic " + basic)
                      .build(),
                  BodyHandlers.ofString())
              .body();
      return Json.tree(routes).path("shop.bellows.localhost").path(0);
    }
  }
}
