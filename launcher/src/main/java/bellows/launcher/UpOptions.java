package bellows.launcher;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/**
 * What {@code bellows up} is told on the command line.
 *
 * @param data directory of all state; made when it is not there
 * @param listen where the router listens
 * @param domain domain of the apps; the API is {@code api.DOMAIN}
 */
record UpOptions(Path data, Address listen, String domain) {
  /** A directory of the system, as the platform runs as root. */
  static final Path DEFAULT_DATA = Path.of("/var/lib/bellows");

  /** Browsers and curl resolve {@code *.localhost} to this machine without any DNS (RFC 6761). */
  static final String DEFAULT_DOMAIN = "bellows.localhost";

  private static final Address DEFAULT_LISTEN = new Address("0.0.0.0", 8080);

  static UpOptions parse(List<String> arguments) {
    Path data = DEFAULT_DATA;
    Address listen = DEFAULT_LISTEN;
    String domain = DEFAULT_DOMAIN;
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String option = rest.next();
      if (!rest.hasNext()) {
        throw new UsageException(option + " needs a value (./bellows help up)");
      }
      String value = rest.next();
      switch (option) {
        case "--data" -> data = Path.of(value).toAbsolutePath().normalize();
        case "--listen" -> listen = Address.parse("--listen", value);
        case "--domain" -> domain = domain(value);
        default -> throw new UsageException("unknown option: " + option + " (./bellows help up)");
      }
    }
    return new UpOptions(data, listen, domain);
  }

  private static String domain(String value) {
    if (!value.matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")) {
      throw new UsageException(
          "--domain must be a lower-case name such as apps.example.org, not: " + value);
    }
    return value;
  }
}
