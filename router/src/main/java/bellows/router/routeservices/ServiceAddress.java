package bellows.router.routeservices;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a route service is.
 *
 * @param host lower case, without port
 * @param path empty for the whole host
 * @param query with its question mark; empty for none
 */
record ServiceAddress(boolean tls, String host, int port, String path, String query) {
  private static final int HTTPS = 443;
  private static final int HTTP = 80;

  /** Reads a route_service_url; empty when nothing could be sent there. */
  static Optional<ServiceAddress> parse(String url) {
    try {
      URI uri = new URI(url);
      boolean tls = "https".equalsIgnoreCase(uri.getScheme());
      String host = uri.getHost();
      if (host == null
          || uri.getRawUserInfo() != null
          || (!tls && !"http".equalsIgnoreCase(uri.getScheme()))) {
        return Optional.empty();
      }
      int port = uri.getPort();
      return Optional.of(
          new ServiceAddress(
              tls,
              host.toLowerCase(Locale.ROOT),
              port > 0 ? port : tls ? HTTPS : HTTP,
              uri.getRawPath(),
              uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /** As a request line names it. */
  String target() {
    return (path.isEmpty() ? "/" : path) + query;
  }

  /** As a Host header names it. */
  String authority() {
    return port == (tls ? HTTPS : HTTP) ? host : host + ":" + port;
  }
}
