package bellows.contracts.routing;

import java.util.List;

/**
 * Tells the TCP routes among the uris of an app from the others: they are {@code domain:port},
 * where port is one of the routers'. Pure.
 */
public final class RouteUris {
  private static final int NONE = -1;

  private RouteUris() {}

  /** A TCP route as the uris of an app name it. */
  public static String tcp(String domain, int port) {
    return domain + ":" + port;
  }

  /** Whether it is a TCP route. */
  public static boolean isTcp(String uri) {
    return tcpPort(uri) != NONE;
  }

  /** Those that requests for a host and a path are meant for. */
  public static List<String> http(List<String> uris) {
    return uris.stream().filter(uri -> !isTcp(uri)).toList();
  }

  /** The ports of the TCP routes. */
  public static List<Integer> tcpPorts(List<String> uris) {
    return uris.stream().map(RouteUris::tcpPort).filter(port -> port != NONE).distinct().toList();
  }

  private static int tcpPort(String uri) {
    int colon = uri.lastIndexOf(':');
    if (colon < 0 || uri.indexOf('/') >= 0) { // a path may have a colon
      return NONE;
    }
    try {
      int port = Integer.parseInt(uri.substring(colon + 1));
      return port >= 1 && port <= 65_535 ? port : NONE;
    } catch (NumberFormatException e) {
      return NONE;
    }
  }
}
