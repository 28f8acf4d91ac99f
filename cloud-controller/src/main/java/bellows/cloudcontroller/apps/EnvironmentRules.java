package bellows.cloudcontroller.apps;

import java.util.Locale;
import java.util.Optional;

/** Which names a person may give to environment variables (reference/api.md, section 4.7). */
public final class EnvironmentRules {
  /** Linux takes 128 KiB for one string of the environment; the name needs room too. */
  public static final int LONGEST_VALUE = 120 * 1024;

  private EnvironmentRules() {}

  /** What is wrong with the name; empty when it is fine. */
  public static Optional<String> fault(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    if (name.isEmpty()) {
      return Optional.of("environment variable names must not be empty");
    }
    if (name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
      return Optional.of("environment variable names must not contain '=' or NUL");
    }
    if (upper.startsWith("VCAP_")) {
      return Optional.of("environment variable names must not start with VCAP_: " + name);
    }
    if (upper.startsWith("VMC_")) {
      return Optional.of("environment variable names must not start with VMC_: " + name);
    }
    if (upper.equals("PORT")) {
      return Optional.of("environment variable names must not be PORT");
    }
    return Optional.empty();
  }
}
