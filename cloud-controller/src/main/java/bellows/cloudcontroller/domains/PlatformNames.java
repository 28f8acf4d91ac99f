package bellows.cloudcontroller.domains;

import java.util.List;
import java.util.Locale;

/**
 * The names under which the platform itself is reached; no app may take them.
 *
 * @param systemDomain for instance {@code apps.example.com}
 */
public record PlatformNames(String systemDomain) {
  private static final List<String> HOSTS =
      List.of("api", "login", "uaa", "log-cache", "doppler", "ssh", "console");

  public PlatformNames {
    systemDomain = systemDomain.toLowerCase(Locale.ROOT);
  }

  /** Whether the name is one of the platform's, or lies below one. */
  public boolean reserves(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (String host : HOSTS) {
      String reserved = host + "." + systemDomain;
      if (lower.equals(reserved) || lower.endsWith("." + reserved)) {
        return true;
      }
    }
    return false;
  }
}
