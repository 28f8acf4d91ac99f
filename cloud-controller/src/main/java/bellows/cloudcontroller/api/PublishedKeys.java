package bellows.cloudcontroller.api;

import bellows.base.time.Scheduler;
import bellows.http.CfError;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that UAA publishes, by kid. Thread-safe; one thread fetches while others wait.
 *
 * <p>Fetched again when a kid is unknown, but not in a storm, and from time to time so that a
 * withdrawn key is forgotten. While UAA is away the keys known last stay good.
 */
final class PublishedKeys {
  private static final Logger log = LoggerFactory.getLogger(PublishedKeys.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Duration STORM = Duration.ofSeconds(2);
  private static final Duration STALE = Duration.ofMinutes(10);

  private final URI tokenKeys;
  private final Scheduler scheduler;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private Map<String, RSAPublicKey> keys = Map.of();
  private @Nullable Long fetchedAt;

  PublishedKeys(URI tokenKeys, Scheduler scheduler) {
    this.tokenKeys = tokenKeys;
    this.scheduler = scheduler;
  }

  synchronized Optional<RSAPublicKey> find(String kid) {
    Duration age = age();
    boolean due = keys.containsKey(kid) ? age.compareTo(STALE) > 0 : age.compareTo(STORM) > 0;
    if (due) {
      fetch();
    }
    return Optional.ofNullable(keys.get(kid));
  }

  private Duration age() {
    return fetchedAt == null
        ? Duration.ofDays(1)
        : Duration.ofNanos(scheduler.nanoTime() - fetchedAt);
  }

  private void fetch() {
    try {
      HttpResponse<String> reply =
          client.send(
              HttpRequest.newBuilder(tokenKeys).timeout(TIMEOUT).build(),
              HttpResponse.BodyHandlers.ofString());
      if (reply.statusCode() != 200) {
        throw new IOException("status " + reply.statusCode());
      }
      keys = parse(reply.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable();
    } catch (IOException | ParseException | JOSEException e) {
      log.atWarn()
          .addKeyValue("uri", tokenKeys)
          .addKeyValue("cause", String.valueOf(e))
          .log("token_keys.fetch_failed");
      if (keys.isEmpty()) {
        throw unavailable();
      }
    }
    fetchedAt = scheduler.nanoTime();
  }

  private static CfError unavailable() {
    return CfError.Kind.SERVICE_UNAVAILABLE.because(
        "The UAA does not tell its keys right now, so no token can be checked; try again");
  }

  private static Map<String, RSAPublicKey> parse(String json) throws ParseException, JOSEException {
    Map<String, RSAPublicKey> parsed = new HashMap<>();
    for (var key : JWKSet.parse(json).getKeys()) {
      if (key instanceof RSAKey rsa && rsa.getKeyID() != null) {
        parsed.put(rsa.getKeyID(), rsa.toRSAPublicKey());
      }
    }
    return Map.copyOf(parsed);
  }
}
