package bellows.base.ids;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.UUID;

/** Fresh identifiers that nobody can guess. */
public final class Ids {
  private static final SecureRandom RANDOM = new SecureRandom();

  private Ids() {}

  /** A lower-case version 4 UUID. */
  public static String uuid() {
    return UUID.randomUUID().toString();
  }

  /** {@code bytes} random bytes as lower-case hex, for passwords and keys. */
  public static String secret(int bytes) {
    return HexFormat.of().formatHex(randomBytes(bytes));
  }

  /** Bytes from the system's secure source. */
  public static byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    RANDOM.nextBytes(bytes);
    return bytes;
  }
}
