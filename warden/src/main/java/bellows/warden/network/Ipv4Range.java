package bellows.warden.network;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Addresses that share their first {@code bits} bits.
 *
 * @param base the lowest address as an unsigned number
 */
public record Ipv4Range(long base, int bits) {
  public Ipv4Range {
    if (bits < 0 || bits > 32) {
      throw new IllegalArgumentException("no prefix length: " + bits);
    }
    base &= mask(bits);
  }

  /** Reads {@code 10.1.2.3} or {@code 10.0.0.0/8}; bits after the prefix are ignored. */
  public static Ipv4Range parse(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    int bits = slash < 0 ? 32 : Integer.parseInt(text.substring(slash + 1));
    return new Ipv4Range(address(address), bits);
  }

  /** Drops those that lie within others, because the kernel's sets refuse overlaps. */
  static List<Ipv4Range> withoutOverlaps(List<Ipv4Range> ranges) {
    List<Ipv4Range> kept = new ArrayList<>();
    ranges.stream()
        .sorted(Comparator.comparingInt(Ipv4Range::bits))
        .filter(range -> kept.stream().noneMatch(k -> k.contains(range.base)))
        .forEach(kept::add);
    return List.copyOf(kept);
  }

  public boolean contains(long address) {
    return (address & mask(bits)) == base;
  }

  /** The {@code offset}-th address as text, counted from 0. */
  public String host(long offset) {
    return text(base + offset);
  }

  /** How many addresses there are. */
  public long size() {
    return 1L << (32 - bits);
  }

  String first() {
    return text(base);
  }

  String last() {
    return text(base + size() - 1);
  }

  @Override
  public String toString() {
    return first() + "/" + bits;
  }

  public static long address(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 4) {
      throw new IllegalArgumentException("no IPv4 address: " + text);
    }
    long value = 0;
    for (String part : parts) {
      int octet = Integer.parseInt(part);
      if (octet < 0 || octet > 255) {
        throw new IllegalArgumentException("no IPv4 address: " + text);
      }
      value = value << 8 | octet;
    }
    return value;
  }

  static String text(long address) {
    return "%d.%d.%d.%d"
        .formatted(address >> 24 & 255, address >> 16 & 255, address >> 8 & 255, address & 255);
  }

  private static long mask(int bits) {
    return bits == 0 ? 0 : 0xFFFF_FFFFL << (32 - bits) & 0xFFFF_FFFFL;
  }
}
