package bellows.router.routes;

import bellows.base.ids.Ids;
import java.nio.ByteBuffer;

/**
 * Hashes of host names. Seeded anew by each process: a tenant names hosts, and could otherwise name
 * thousands that all hash alike.
 */
final class HostHash {
  private static final long SEED = ByteBuffer.wrap(Ids.randomBytes(Long.BYTES)).getLong();
  private static final long FACTOR = 0x9E3779B97F4A7C15L;

  private HostHash() {}

  /** Of a whole host. */
  static int of(String host) {
    return of(host, 0, 0, 0);
  }

  /** Of {@code *} and what follows from {@code dot} on. */
  static int ofWildcard(String host, int dot) {
    return of(host, dot, '*', 1);
  }

  /**
   * @param word the characters in front of those from {@code from} on, fewer than eight
   * @param before how many these are
   */
  private static int of(String host, int from, long word, int before) {
    long hash = SEED;
    long eight = word;
    int end = host.length() - from + before;
    for (int i = before; i < end; i++) {
      eight = (eight << 8) | host.charAt(from + i - before);
      if ((i & 7) == 7) {
        hash = mix(hash ^ eight);
        eight = 0;
      }
    }
    return (int) mix(mix(hash ^ eight) ^ end);
  }

  private static long mix(long bits) {
    long product = bits * FACTOR;
    return product ^ (product >>> 32);
  }
}
