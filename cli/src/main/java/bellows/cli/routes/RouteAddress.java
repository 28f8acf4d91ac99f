package bellows.cli.routes;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The parts of a route beside its domain. */
public final class RouteAddress {
  @Option(
      names = {"-n", "--hostname"},
      paramLabel = "HOST",
      description = "Host of the route.")
  private String host = "";

  @Option(names = "--path", paramLabel = "PATH", description = "Path of the route.")
  private String path = "";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port of a TCP route, instead of host and path.")
  private @Nullable Integer port;

  String host() {
    return host;
  }

  /** Null for none. */
  @Nullable Integer port() {
    return port;
  }

  /** With its slash. */
  String path() {
    return path.isEmpty() || path.startsWith("/") ? path : "/" + path;
  }
}
