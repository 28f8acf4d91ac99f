package bellows.cloudcontroller.users;

import bellows.base.json.Json;
import bellows.base.time.Scheduler;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Asks UAA over its SCIM API, as a client of its own. Thread-safe. */
public final class UaaUserDirectory implements UserDirectory {
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  /** A token is not used in its last minute. */
  private static final Duration MARGIN = Duration.ofSeconds(60);

  /**
   * @param uaa its base address
   * @param client may read users: authority {@code scim.read}
   */
  public record Config(URI uaa, String client, String secret) {
    @Override
    public String toString() {
      return "Config[uaa=" + uaa + ", client=" + client + "]";
    }
  }

  private record Token(String value, Instant until) {}

  private final Config config;
  private final Scheduler scheduler;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(DEADLINE).build();
  private volatile @Nullable Token token;

  public UaaUserDirectory(Config config, Scheduler scheduler) {
    this.config = config;
    this.scheduler = scheduler;
  }

  @Override
  public Optional<Entry> find(String guid) {
    return users("id eq " + quoted(guid)).stream().findFirst();
  }

  @Override
  public List<Entry> named(String username) {
    return users("userName eq " + quoted(username));
  }

  private List<Entry> users(String filter) {
    URI uri =
        config.uaa().resolve("/Users?filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8));
    JsonNode answer =
        call(HttpRequest.newBuilder(uri).header("Authorization", "bearer " + token()).GET());
    List<Entry> found = new ArrayList<>();
    for (JsonNode user : answer.path("resources")) {
      found.add(
          new Entry(
              user.path("id").asString(),
              user.path("userName").asString(),
              user.path("origin").asString()));
    }
    return found;
  }

  private String token() {
    Token known = token;
    if (known != null && scheduler.now().isBefore(known.until())) {
      return known.value();
    }
    String form =
        "grant_type=client_credentials&client_id="
            + URLEncoder.encode(config.client(), StandardCharsets.UTF_8)
            + "&client_secret="
            + URLEncoder.encode(config.secret(), StandardCharsets.UTF_8);
    JsonNode answer =
        call(
            HttpRequest.newBuilder(config.uaa().resolve("/oauth/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form)));
    Token fresh =
        new Token(
            answer.path("access_token").asString(),
            scheduler.now().plusSeconds(answer.path("expires_in").asLong()).minus(MARGIN));
    token = fresh;
    return fresh.value();
  }

  private JsonNode call(HttpRequest.Builder request) {
    try {
      HttpResponse<String> answer =
          http.send(request.timeout(DEADLINE).build(), HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IllegalStateException("UAA answers " + answer.statusCode() + " to a look-up");
      }
      return Json.tree(answer.body());
    } catch (IOException e) {
      throw new IllegalStateException("UAA cannot be reached at " + config.uaa(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking UAA", e);
    }
  }

  /** A SCIM string is a JSON string. */
  private static String quoted(String value) {
    return Json.text(value);
  }
}
