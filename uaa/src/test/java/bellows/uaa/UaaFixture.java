package bellows.uaa;

import bellows.base.ids.Ids;
import bellows.base.json.Json;
import bellows.base.time.testing.ManualScheduler;
import bellows.cmdb.SecretBox;
import bellows.cmdb.testing.TestDatabase;
import bellows.http.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A UAA behind real HTTP on a real database, in time that the test owns. */
final class UaaFixture implements AutoCloseable {
  static final String ISSUER = "http://uaa.bellows.test/oauth/token";

  /** Short, since the timers run in all the time that a test lets pass. */
  static final Duration SESSION = Duration.ofHours(2);

  private static final SecretBox SECRETS = new SecretBox(Ids.randomBytes(32));

  /** The first fixture's key serves all: to make one takes longer than most tests. */
  private static @Nullable Map<String, Object> keyRow;

  static final String ADMIN_PASSWORD = "admin's own";

  final ManualScheduler time = new ManualScheduler();
  final TestDatabase db = TestDatabase.create();
  final SecretBox secrets = SECRETS;
  final Uaa uaa =
      new Uaa(
          new Uaa.Config(ISSUER, Uaa.Config.DEFAULT_ACCESS_TOKEN_VALID, SESSION),
          db.database(),
          secrets,
          time);
  final String adminId;
  private final HttpServer server =
      new HttpServer(new HttpServer.Config("127.0.0.1", 0), uaa.routes());
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  /** What came back. */
  record Answer(int status, JsonNode body, HttpResponse<String> raw) {
    String text(String name) {
      return body.path(name).asString("");
    }

    JsonNode claims() {
      return UaaFixture.part(text("access_token"), 1);
    }
  }

  UaaFixture() {
    startWithAKey();
    adminId = uaa.bootstrapAdmin("admin", ADMIN_PASSWORD).orElseThrow();
    server.start();
  }

  private void startWithAKey() {
    synchronized (UaaFixture.class) {
      Map<String, Object> made = keyRow;
      if (made == null) {
        uaa.start();
        keyRow =
            db.database()
                .inTransaction(h -> h.createQuery("select * from uaa_keys").mapToMap().one());
      } else {
        db.database()
            .useTransaction(h ->
                h.createUpdate(
                        """
                        insert into uaa_keys (kid, private_key_secret, public_key, created_at)
                        values (:kid, :private_key_secret, :public_key, :created_at)
                        """)
                    .bindMap(made)
                    .execute());
        uaa.start();
      }
    }
  }

  /** One of the parts of a token, decoded but not checked. */
  static JsonNode part(String token, int index) {
    return Json.tree(
        new String(
            Base64.getUrlDecoder().decode(token.split("\\.", 3)[index]), StandardCharsets.UTF_8));
  }

  String url() {
    return "http://127.0.0.1:" + server.port();
  }

  /** As the {@code cf} client, which has an empty secret. */
  Answer token(Map<String, String> form) {
    return form("/oauth/token", "cf", "", form);
  }

  Answer login(String username, String password) {
    return token(Map.of("grant_type", "password", "username", username, "password", password));
  }

  String adminToken() {
    return login("admin", ADMIN_PASSWORD).text("access_token");
  }

  Answer form(String path, String user, String secret, Map<String, String> form) {
    String pair = user + ":" + secret;
    return send(
        request(path)
            .header(
                "Authorization",
                "Basic "
                    + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(encode(form))));
  }

  Answer get(String path) {
    return send(request(path));
  }

  Answer call(String method, String path, String token, String json) {
    return send(
        request(path)
            .header("Authorization", "bearer " + token)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(json)));
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url() + path)).timeout(Duration.ofSeconds(20));
  }

  Answer send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> raw = client.send(request.build(), BodyHandlers.ofString());
      return new Answer(raw.statusCode(), Json.tree(raw.body()), raw);
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  static String encode(Map<String, String> form) {
    return form.entrySet().stream()
        .map(field ->
            field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  @Override
  public void close() {
    client.close();
    server.close();
    uaa.close();
    db.close();
  }
}
