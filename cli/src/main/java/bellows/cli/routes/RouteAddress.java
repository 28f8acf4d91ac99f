package bellows.cli.routes;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The parts of any route beside its domain. */
final class RouteAddress extends HttpRouteAddress {
  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port of a TCP route, instead of host and path.")
  private @Nullable Integer port;

  @Override
  @Nullable Integer port() {
    return port;
  }
}
