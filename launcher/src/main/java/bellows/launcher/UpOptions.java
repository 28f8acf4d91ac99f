package bellows.launcher;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code bellows up} and {@code bellows router} are told on the command line.
 *
 * @param data directory of all state; made when it is not there
 * @param listen where the router listens
 * @param listenTls where the router listens for TLS; empty for nowhere
 * @param domain domain of the apps; the API is {@code api.DOMAIN}
 */
record UpOptions(Path data, Address listen, Optional<Address> listenTls, String domain) {
  /** A directory of the system, as the platform runs as root. */
  static final Path DEFAULT_DATA = Path.of("/var/lib/bellows");

  /** Browsers and curl resolve {@code *.localhost} to this machine without any DNS (RFC 6761). */
  static final String DEFAULT_DOMAIN = "bellows.localhost";

  private static final Address DEFAULT_LISTEN = new Address("0.0.0.0", 8080);

  /** The ports that stand beside each other by custom. */
  private static final Map<Integer, Integer> TLS_PORTS = Map.of(80, 443, 8080, 8443);

  private static final String OFF = "off";

  static UpOptions parse(List<String> arguments) {
    return parse("up", arguments);
  }

  /**
   * @param command that takes these options, for the errors
   */
  static UpOptions parse(String command, List<String> arguments) {
    Path data = DEFAULT_DATA;
    Address listen = DEFAULT_LISTEN;
    @Nullable String listenTls = null;
    String domain = DEFAULT_DOMAIN;
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String option = rest.next();
      if (!rest.hasNext()) {
        throw new UsageException(option + " needs a value (./bellows help " + command + ")");
      }
      String value = rest.next();
      switch (option) {
        case "--data" -> data = Path.of(value).toAbsolutePath().normalize();
        case "--listen" -> listen = Address.parse("--listen", value);
        case "--listen-tls" -> listenTls = value;
        case "--domain" -> domain = domain(value);
        default ->
            throw new UsageException(
                "unknown option: " + option + " (./bellows help " + command + ")");
      }
    }
    return new UpOptions(data, listen, listenTls(listenTls, listen), domain);
  }

  private static Optional<Address> listenTls(@Nullable String value, Address listen) {
    if (value == null) {
      return Optional.ofNullable(TLS_PORTS.get(listen.port()))
          .map(port -> new Address(listen.host(), port));
    }
    return value.equals(OFF) ? Optional.empty() : Optional.of(Address.parse("--listen-tls", value));
  }

  private static String domain(String value) {
    if (!value.matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")) {
      throw new UsageException(
          "--domain must be a lower-case name such as apps.example.org, not: " + value);
    }
    return value;
  }
}
