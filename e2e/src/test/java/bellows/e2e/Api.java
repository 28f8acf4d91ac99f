package bellows.e2e;

import bellows.base.json.Json;
import bellows.base.time.testing.Eventually;
import bellows.testkit.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The public API, called as our own client never would. Thread-safe. */
final class Api implements AutoCloseable {
  /** Everything that a person can make. */
  private static final List<String> KINDS =
      List.of(
          "apps",
          "builds",
          "buildpacks",
          "deployments",
          "domains",
          "droplets",
          "organizations",
          "packages",
          "processes",
          "roles",
          "routes",
          "spaces",
          "users");

  private final String base;
  private final HttpClient client;
  private final String token;

  /** What was answered. */
  record Answer(int status, HttpResponse<String> response) {
    String body() {
      return response.body();
    }

    JsonNode json() {
      return Json.tree(body());
    }

    String guid() {
      return json().path("guid").asString();
    }

    /** The text of the first error. */
    String detail() {
      return json().at("/errors/0/detail").asString();
    }

    /** The contract's word for the first error. */
    String title() {
      return json().at("/errors/0/title").asString();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }
  }

  private Api(String base, HttpClient client, String token) {
    this.base = base;
    this.client = client;
    this.token = token;
  }

  /** As the administrator. */
  static Api of(Platform platform) {
    try {
      JsonNode admin = Json.tree(Files.readString(platform.data().resolve("admin.json")));
      Api anonymous =
          new Api(
              platform.api(),
              HttpClient.newBuilder()
                  .version(HttpClient.Version.HTTP_1_1)
                  .connectTimeout(Duration.ofSeconds(5))
                  .build(),
              "");
      return anonymous.login(admin.path("username").asString(), admin.path("password").asString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As another user. */
  Api login(String user, String password) {
    String form =
        Map.of("grant_type", "password", "username", user, "password", password).entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    Answer answer =
        exchange(
            HttpRequest.newBuilder(URI.create(base + "/oauth/token"))
                .header(
                    "Authorization",
                    "Basic "
                        + Base64.getEncoder()
                            .encodeToString("cf:".getBytes(StandardCharsets.UTF_8)))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form)));
    return new Api(base, client, answer.json().path("access_token").asString());
  }

  /** With another token, or what poses as one; empty for none. */
  Api with(String otherToken) {
    return new Api(base, client, otherToken);
  }

  String token() {
    return token;
  }

  Answer get(String path) {
    return send("GET", path, "application/json", null);
  }

  Answer delete(String path) {
    return send("DELETE", path, "application/json", null);
  }

  Answer post(String path, String json) {
    return send("POST", path, "application/json", json.getBytes(StandardCharsets.UTF_8));
  }

  Answer send(String method, String path, String contentType, byte @Nullable [] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(Duration.ofMinutes(1))
            .header("Content-Type", contentType)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    if (!token.isEmpty()) {
      request.header("Authorization", "bearer " + token);
    }
    return exchange(request);
  }

  /** Uploads {@code bits} as a file of a form. */
  Answer upload(String path, byte[] bits) {
    byte[] head =
        "--b\r\nContent-Disposition: form-data; name=\"bits\"; filename=\"a.zip\"\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);
    byte[] tail = "\r\n--b--\r\n".getBytes(StandardCharsets.US_ASCII);
    byte[] form = new byte[head.length + bits.length + tail.length];
    System.arraycopy(head, 0, form, 0, head.length);
    System.arraycopy(bits, 0, form, head.length, bits.length);
    System.arraycopy(tail, 0, form, head.length + bits.length, tail.length);
    return send("POST", path, "multipart/form-data; boundary=b", form);
  }

  /** Deletes and waits until it is gone. */
  void remove(String path) {
    delete(path);
    Eventually.until(path + " is gone", Duration.ofSeconds(30), () -> get(path).status() == 404);
  }

  /** The guid of the first of a kind. */
  String first(String path) {
    return get(path).json().at("/resources/0/guid").asString();
  }

  /** All that there is and when it last changed, to be compared. */
  List<String> everything() {
    List<String> all = new ArrayList<>();
    for (String kind : KINDS) {
      for (JsonNode each : get("/v3/" + kind + "?per_page=5000").json().path("resources")) {
        all.add(
            String.join(
                " ",
                kind,
                each.path("guid").asString(),
                each.path("name").asString(""),
                each.path("state").asString(""),
                each.path("updated_at").asString()));
      }
    }
    return all;
  }

  private Answer exchange(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(response.statusCode(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Ends the connections of all that were made from the same one. */
  @Override
  public void close() {
    client.shutdownNow();
  }
}
