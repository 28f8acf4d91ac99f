package bellows.router.http1;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** Finds the {@link HeaderName} of a name on the wire, without an object. */
final class HeaderNames {
  private static final int LONGEST = 32;
  private static final Spelling[][] BY_LENGTH = byLength();
  private static final byte[] FORWARDED_PREFIX = ascii("x-forwarded-");
  private static final byte[] CF_PREFIX = ascii("x-cf-");
  private static final byte[] VCAP_PREFIX = ascii("x-vcap-");

  private static final class Spelling {
    private final HeaderName name;
    private final byte[] lowerCase;

    private Spelling(HeaderName name) {
      this.name = name;
      this.lowerCase = ascii(name.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
  }

  private HeaderNames() {}

  private static Spelling[][] byLength() {
    Spelling[][] table = new Spelling[LONGEST][];
    for (int length = 0; length < LONGEST; length++) {
      int wanted = length;
      table[length] =
          Arrays.stream(HeaderName.values())
              .filter(name -> name.isOneName() && name.name().length() == wanted)
              .map(Spelling::new)
              .toArray(Spelling[]::new);
    }
    return table;
  }

  /** The name in bytes [from, to), in any case. */
  static HeaderName find(byte[] bytes, int from, int to) {
    int length = to - from;
    if (length < LONGEST) {
      for (Spelling candidate : BY_LENGTH[length]) {
        if (Ascii.equalsIgnoreCase(bytes, from, candidate.lowerCase, length)) {
          return candidate.name;
        }
      }
    }
    if (Ascii.lower(bytes[from]) != 'x') {
      return HeaderName.OTHER;
    }
    if (startsWith(bytes, from, length, CF_PREFIX)) {
      return HeaderName.X_CF_FAMILY;
    }
    if (startsWith(bytes, from, length, FORWARDED_PREFIX)) {
      return HeaderName.X_FORWARDED_FAMILY;
    }
    if (startsWith(bytes, from, length, VCAP_PREFIX)) {
      return HeaderName.X_VCAP_FAMILY;
    }
    return HeaderName.OTHER;
  }

  /** As {@link #find} for a name that holds an underscore. */
  static HeaderName findUnderscored(byte[] bytes, int from, int to) {
    byte[] dashed = new byte[to - from];
    for (int i = 0; i < dashed.length; i++) {
      byte b = bytes[from + i];
      dashed[i] = b == '_' ? (byte) '-' : b;
    }
    return find(dashed, 0, dashed.length) == HeaderName.OTHER ? HeaderName.OTHER : HeaderName.TWIN;
  }

  private static boolean startsWith(byte[] bytes, int from, int length, byte[] prefix) {
    return length > prefix.length && Ascii.equalsIgnoreCase(bytes, from, prefix, prefix.length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
