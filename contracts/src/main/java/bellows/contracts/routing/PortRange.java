package bellows.contracts.routing;

/**
 * The ports that TCP routes may have; whoever registers others would open the router's machine.
 *
 * @param first 1 to 65535, at most {@code last}
 */
public record PortRange(int first, int last) {
  public PortRange {
    if (first < 1 || last > 65_535 || first > last) {
      throw new IllegalArgumentException("not a range of ports: " + first + "-" + last);
    }
  }

  /**
   * Reads {@code 1024-1123}.
   *
   * @throws IllegalArgumentException when it is something else
   */
  public static PortRange parse(String text) {
    int dash = text.indexOf('-');
    try {
      return new PortRange(
          Integer.parseInt(text.substring(0, Math.max(0, dash)).strip()),
          Integer.parseInt(text.substring(dash + 1).strip()));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a range of ports, such as 1024-1123: " + text, e);
    }
  }

  public boolean contains(int port) {
    return port >= first && port <= last;
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return first + "-" + last;
  }
}
