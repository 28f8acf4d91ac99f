package bellows.dea.health;

import bellows.contracts.dea.StartInstance.HealthCheck;
import bellows.warden.Container;
import bellows.warden.WardenException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;

/** The kinds of health check: port, http, process. */
final class HealthProbes {
  private static final Duration DEFAULT_LIMIT = Duration.ofSeconds(1);

  private HealthProbes() {}

  /**
   * @param containerPort where the app is told to listen
   */
  static HealthProbe of(HealthCheck check, int containerPort) {
    return switch (check.type()) {
      case "http" -> {
        String endpoint = check.endpoint() == null ? "/" : check.endpoint();
        Duration limit =
            check.invocationTimeoutSeconds() == null
                ? DEFAULT_LIMIT
                : Duration.ofSeconds(check.invocationTimeoutSeconds());
        yield container ->
            container.listening(containerPort)
                && answersOk(container, containerPort, endpoint, limit);
      }
      case "port" -> container -> container.listening(containerPort);
      // "process" and "none": that it runs is told by its exit.
      default -> container -> container.pid().isPresent();
    };
  }

  private static boolean answersOk(Container container, int port, String endpoint, Duration limit) {
    try {
      return container.inside(() -> answersOk(container.ip(), port, endpoint, limit));
    } catch (WardenException e) {
      return false;
    }
  }

  private static boolean answersOk(String host, int port, String endpoint, Duration limit) {
    try {
      URI uri = URI.create("http://" + host + ":" + port + endpoint);
      HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
      try {
        connection.setConnectTimeout((int) limit.toMillis());
        connection.setReadTimeout((int) limit.toMillis());
        connection.setInstanceFollowRedirects(false);
        connection.setRequestProperty("User-Agent", "bellows-healthcheck");
        connection.setRequestProperty("Connection", "close");
        return connection.getResponseCode() / 100 == 2;
      } finally {
        connection.disconnect();
      }
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
  }
}
