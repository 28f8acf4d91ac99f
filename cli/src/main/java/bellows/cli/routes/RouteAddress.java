package bellows.cli.routes;

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

  public String host() {
    return host;
  }

  /** With its slash. */
  public String path() {
    return path.isEmpty() || path.startsWith("/") ? path : "/" + path;
  }
}
