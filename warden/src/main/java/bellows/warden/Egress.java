package bellows.warden;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Where a container may not connect to, besides what none may: the host itself, other containers,
 * link-local addresses.
 *
 * @param denied IPv4 ranges such as {@code 10.0.0.0/8}
 */
public record Egress(List<String> denied) {
  private static final Pattern RANGE = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}(/\\d{1,2})?");

  public Egress {
    denied = List.copyOf(denied);
    for (String range : denied) {
      if (!RANGE.matcher(range).matches()) {
        throw new IllegalArgumentException("no IPv4 range: " + range);
      }
    }
  }

  /** No denial of its own. */
  public static Egress open() {
    return new Egress(List.of());
  }

  /** No connection out at all; answers to connections that came in still pass. */
  public static Egress none() {
    return new Egress(List.of("0.0.0.0/0"));
  }
}
