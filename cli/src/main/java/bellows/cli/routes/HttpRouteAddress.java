package bellows.cli.routes;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The parts of a route of requests beside its domain: TCP routes have none of them. */
public class HttpRouteAddress {
  @Option(
      names = {"-n", "--hostname"},
      paramLabel = "HOST",
      description = "Host of the route.")
  private String host = "";

  @Option(names = "--path", paramLabel = "PATH", description = "Path of the route.")
  private String path = "";

  final String host() {
    return host;
  }

  /** With its slash. */
  final String path() {
    return path.isEmpty() || path.startsWith("/") ? path : "/" + path;
  }

  /** Null for none. */
  @Nullable Integer port() {
    return null;
  }
}
