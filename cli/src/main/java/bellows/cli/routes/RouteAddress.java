package bellows.cli.routes;

import picocli.CommandLine.Option;

/** The parts of a route beside its domain. */
final class RouteAddress {
  @Option(
      names = {"-n", "--hostname"},
      paramLabel = "HOST",
      description = "Host of the route.")
  private String host = "";

  @Option(names = "--path", paramLabel = "PATH", description = "Path of the route.")
  private String path = "";

  String host() {
    return host;
  }

  /** With its slash. */
  String path() {
    return path.isEmpty() || path.startsWith("/") ? path : "/" + path;
  }
}
