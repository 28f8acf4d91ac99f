package bellows.cloudcontroller.routes;

import bellows.cloudcontroller.domains.Domain;
import bellows.http.CfError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a route is found.
 *
 * @param host lower case
 * @param port of the routers, for a TCP route, which has neither host nor path; null when it has
 *     none (yet)
 */
record RouteAddress(String host, Domain domain, String path, @Nullable Integer port) {
  private static final Pattern HOST = Pattern.compile("\\*|[a-z0-9_-]+");
  private static final int MAX_HOST = 63;
  private static final int MAX_NAME = 253;
  private static final int MAX_PATH = 128;

  RouteAddress {
    host = host.toLowerCase(Locale.ROOT);
  }

  /** The same with a port. */
  RouteAddress at(int chosenPort) {
    return new RouteAddress(host, domain, path, chosenPort);
  }

  String fqdn() {
    return AppRoute.fqdn(host, domain.name());
  }

  /**
   * @throws CfError 422 with everything that is wrong with it
   */
  RouteAddress checked() {
    List<String> faults = new ArrayList<>();
    if (domain.isTcp()) {
      if (!host.isEmpty()) {
        faults.add("Hosts are not supported for TCP routes.");
      }
      if (!path.isEmpty()) {
        faults.add("Paths are not supported for TCP routes.");
      }
    } else {
      hostFault().ifPresent(faults::add);
      pathFault().ifPresent(faults::add);
      if (port != null) {
        faults.add("Routes with protocol 'http' do not support ports.");
      }
    }
    if (!faults.isEmpty()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(String.join(", ", faults));
    }
    return this;
  }

  private Optional<String> hostFault() {
    if (host.isEmpty()) {
      return domain.organizationGuid() == null
          ? Optional.of("Missing host. Routes in shared domains must have a host defined.")
          : Optional.empty();
    }
    if (host.length() > MAX_HOST) {
      return Optional.of("Host cannot exceed 63 characters");
    }
    if (!HOST.matcher(host).matches()) {
      return Optional.of(
          "Host must be either \"*\" or contain only alphanumeric characters, \"_\", or \"-\"");
    }
    if (fqdn().length() > MAX_NAME) {
      return Optional.of("Host combined with domain name cannot exceed 253 characters");
    }
    return host.equals("*") && domain.internal()
        ? Optional.of("Wildcard hosts are not supported for internal domains.")
        : Optional.empty();
  }

  private Optional<String> pathFault() {
    if (path.isEmpty()) {
      return Optional.empty();
    }
    if (domain.internal()) {
      return Optional.of("Paths are not supported for internal domains.");
    }
    if (!path.startsWith("/")) {
      return Optional.of("Path must begin with a slash");
    }
    if (path.equals("/")) {
      return Optional.of("Path cannot be exactly '/'");
    }
    if (path.contains("?")) {
      return Optional.of("Path cannot contain a question mark");
    }
    if (path.length() > MAX_PATH) {
      return Optional.of("Path cannot exceed 128 characters");
    }
    return path.chars().anyMatch(c -> c <= ' ' || c == 127 || c == '#')
        ? Optional.of("Path cannot contain spaces or control characters")
        : Optional.empty();
  }

  /** The error for an address that another route has. */
  CfError taken() {
    StringBuilder text = new StringBuilder("Route already exists");
    if (port != null) {
      text.append(" with port '").append(port).append('\'');
    }
    if (!host.isEmpty()) {
      text.append(" with host '").append(host).append('\'');
    }
    if (!path.isEmpty()) {
      text.append(host.isEmpty() ? " with" : " and").append(" path '").append(path).append('\'');
    }
    text.append(" for domain '").append(domain.name()).append("'.");
    return CfError.Kind.UNPROCESSABLE_ENTITY.because(text.toString());
  }
}
