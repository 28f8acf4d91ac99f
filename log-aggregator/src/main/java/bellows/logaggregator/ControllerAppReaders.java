package bellows.logaggregator;

import static java.nio.charset.StandardCharsets.UTF_8;

import bellows.base.time.Scheduler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.regex.Pattern;

/**
 * Lets the cloud controller decide: who may see an app there, with the same token, may read its
 * log. A yes is believed for a while, since a log that is followed is asked for every second.
 * Thread-safe.
 */
public final class ControllerAppReaders implements AppReaders {
  /** A guid; anything else must not get into a path. */
  private static final Pattern GUID = Pattern.compile("[A-Za-z0-9_-]{1,200}");

  private final Config config;
  private final Scheduler scheduler;

  /** When a yes ends, by digest of token and app: a token is not kept. Oldest first. */
  private final LinkedHashMap<String, Long> permitted = new LinkedHashMap<>();

  /**
   * @param controller where the V3 API is reached, such as {@code http://127.0.0.1:8081}
   * @param believe how long a yes holds
   * @param deadline for the controller's answer
   * @param maxRemembered bound of what is remembered
   */
  public record Config(URI controller, Duration believe, Duration deadline, int maxRemembered) {
    /** With the usual times. */
    public static Config of(URI controller) {
      return new Config(controller, Duration.ofSeconds(10), Duration.ofSeconds(5), 10_000);
    }
  }

  public ControllerAppReaders(Config config, Scheduler scheduler) {
    this.config = config;
    this.scheduler = scheduler;
  }

  @Override
  public boolean mayRead(String authorizationHeader, String appGuid) {
    if (!GUID.matcher(appGuid).matches()) {
      return false;
    }
    String key = digest(authorizationHeader + "\n" + appGuid);
    if (remembered(key)) {
      return true;
    }
    boolean permission = ask(authorizationHeader, appGuid);
    if (permission) {
      remember(key);
    }
    return permission;
  }

  private boolean ask(String authorizationHeader, String appGuid) {
    URI app =
        URI.create(config.controller().toString().replaceAll("/$", "") + "/v3/apps/" + appGuid);
    try {
      HttpURLConnection connection = (HttpURLConnection) app.toURL().openConnection();
      try {
        connection.setConnectTimeout((int) config.deadline().toMillis());
        connection.setReadTimeout((int) config.deadline().toMillis());
        connection.setInstanceFollowRedirects(false);
        connection.setRequestProperty("Authorization", authorizationHeader);
        int status = connection.getResponseCode();
        if (status >= 500) {
          throw new IOException("the controller answers " + status);
        }
        return status == 200;
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot ask the controller", e);
    }
  }

  private synchronized boolean remembered(String key) {
    Long until = permitted.get(key);
    return until != null && scheduler.nanoTime() - until < 0;
  }

  private synchronized void remember(String key) {
    permitted.putLast(key, scheduler.nanoTime() + config.believe().toNanos());
    if (permitted.size() > config.maxRemembered()) {
      permitted.pollFirstEntry();
    }
  }

  private static String digest(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
