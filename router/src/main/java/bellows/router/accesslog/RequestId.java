package bellows.router.accesslog;

import bellows.router.http1.AsciiWriter;
import java.util.UUID;

/** The id of a request: a random UUID in two numbers, written without an object of its own. */
public final class RequestId {
  private RequestId() {}

  /** The number with the bits of a version 4 UUID. */
  public static long versioned(long high) {
    return (high & ~0xf000L) | 0x4000L;
  }

  /** The number with the bits of the IETF variant. */
  public static long variant(long low) {
    return (low & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
  }

  /** The usual 36 characters, where speed does not matter. */
  public static String text(long high, long low) {
    return new UUID(high, low).toString();
  }

  /** The usual 36 characters. */
  public static void write(AsciiWriter out, long high, long low) {
    out.hex(high, 8).put((byte) '-');
    out.hex(high << 32, 4).put((byte) '-');
    out.hex(high << 48, 4).put((byte) '-');
    out.hex(low, 4).put((byte) '-');
    out.hex(low << 16, 12);
  }
}
