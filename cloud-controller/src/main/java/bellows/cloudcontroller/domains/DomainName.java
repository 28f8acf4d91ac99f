package bellows.cloudcontroller.domains;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The rules for a domain's name. */
final class DomainName {
  private static final int MAX_CHARS = 253;
  private static final Pattern FORM =
      Pattern.compile("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  private DomainName() {}

  /** Names are compared in lower case. */
  static String normal(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** What is wrong with it, a whole sentence part. */
  static Optional<String> fault(String name) {
    if (name.length() > MAX_CHARS) {
      return Optional.of("Name is too long (maximum is 253 characters)");
    }
    return FORM.matcher(name).matches()
        ? Optional.empty()
        : Optional.of(
            "Name does not comply with RFC 1035 standards: it must be at least two labels of"
                + " letters, digits and hyphens, joined by dots");
  }
}
