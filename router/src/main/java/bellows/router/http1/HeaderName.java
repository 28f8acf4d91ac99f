package bellows.router.http1;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * The header names that the router treats in a way of its own; every other name is {@link #OTHER}.
 */
public enum HeaderName {
  OTHER(Rule.PASS, false),
  HOST(Rule.REWRITTEN, true),
  CONTENT_LENGTH(Rule.REWRITTEN, true),
  TRANSFER_ENCODING(Rule.REWRITTEN, true),
  CONNECTION(Rule.HOP, false),
  KEEP_ALIVE(Rule.HOP, false),
  PROXY_CONNECTION(Rule.HOP, false),
  PROXY_AUTHENTICATE(Rule.HOP, false),
  PROXY_AUTHORIZATION(Rule.HOP, false),
  TE(Rule.HOP, false),
  TRAILER(Rule.HOP, false),
  UPGRADE(Rule.HOP, false),
  HTTP2_SETTINGS(Rule.HOP, false),
  EXPECT(Rule.PASS, false),
  AUTHORIZATION(Rule.PASS, true),
  COOKIE(Rule.PASS, true),
  SET_COOKIE(Rule.PASS, true),
  REFERER(Rule.PASS, false),
  USER_AGENT(Rule.PASS, false),
  IDEMPOTENCY_KEY(Rule.PASS, false),
  X_IDEMPOTENCY_KEY(Rule.PASS, false),
  FORWARDED(Rule.EDGE, true),
  X_REAL_IP(Rule.EDGE, true),
  X_REQUEST_START(Rule.EDGE, true),
  X_FORWARDED_FOR(Rule.EDGE, true),
  X_FORWARDED_PROTO(Rule.EDGE, true),
  X_FORWARDED_HOST(Rule.EDGE, true),
  /** Any other name that begins with {@code X-Forwarded-}. */
  X_FORWARDED_FAMILY(Rule.EDGE, true),
  X_VCAP_REQUEST_ID(Rule.REWRITTEN, true),
  /** Any other name that begins with {@code X-Vcap-}. */
  X_VCAP_FAMILY(Rule.PASS, true),
  X_CF_APP_INSTANCE(Rule.REWRITTEN, true),
  X_CF_PROCESS_INSTANCE(Rule.PASS, true),
  X_CF_PROXY_SIGNATURE(Rule.REWRITTEN, true),
  /** Any other name that begins with {@code X-Cf-}. */
  X_CF_FAMILY(Rule.REWRITTEN, true),
  /**
   * A name that many servers take for one of the protected ones, such as {@code X_Forwarded_For}.
   */
  TWIN(Rule.HOP, false);

  /** What happens to the header on the way to a backend. */
  public enum Rule {
    /** Passed on. */
    PASS,
    /** For one connection only (RFC 9110 section 7.6.1), or unsafe: never passed on. */
    HOP,
    /** Written by the router from what it has understood; the client's own is not passed on. */
    REWRITTEN,
    /** Passed on from trusted proxies only. */
    EDGE
  }

  private static final HeaderName[][] BY_LENGTH = byLength();
  private static final byte[] FORWARDED_PREFIX = ascii("x-forwarded-");
  private static final byte[] CF_PREFIX = ascii("x-cf-");
  private static final byte[] VCAP_PREFIX = ascii("x-vcap-");

  private final Rule rule;
  private final boolean kept;
  private final byte[] lowerCase;

  HeaderName(Rule rule, boolean kept) {
    this.rule = rule;
    this.kept = kept;
    this.lowerCase = ascii(name().toLowerCase(Locale.ROOT).replace('_', '-'));
  }

  /** What happens to it on the way to a backend. */
  public Rule rule() {
    return rule;
  }

  /**
   * Whether a {@code Connection} header may not remove it: a client could else hide from the app
   * what the router or a trusted proxy said.
   */
  public boolean keptInSpiteOfConnection() {
    return kept;
  }

  /** The name in bytes [from, to), in any case. */
  static HeaderName of(byte[] bytes, int from, int to) {
    int length = to - from;
    if (length < BY_LENGTH.length) {
      for (HeaderName candidate : BY_LENGTH[length]) {
        if (Ascii.equalsIgnoreCase(bytes, from, candidate.lowerCase, length)) {
          return candidate;
        }
      }
    }
    if (Ascii.lower(bytes[from]) != 'x') {
      return OTHER;
    }
    if (startsWith(bytes, from, length, CF_PREFIX)) {
      return X_CF_FAMILY;
    }
    if (startsWith(bytes, from, length, FORWARDED_PREFIX)) {
      return X_FORWARDED_FAMILY;
    }
    if (startsWith(bytes, from, length, VCAP_PREFIX)) {
      return X_VCAP_FAMILY;
    }
    return OTHER;
  }

  /** As {@link #of} for a name that holds an underscore. */
  static HeaderName ofUnderscored(byte[] bytes, int from, int to) {
    byte[] dashed = new byte[to - from];
    for (int i = 0; i < dashed.length; i++) {
      byte b = bytes[from + i];
      dashed[i] = b == '_' ? (byte) '-' : b;
    }
    return of(dashed, 0, dashed.length) == OTHER ? OTHER : TWIN;
  }

  private static boolean startsWith(byte[] bytes, int from, int length, byte[] prefix) {
    return length > prefix.length && Ascii.equalsIgnoreCase(bytes, from, prefix, prefix.length);
  }

  private static HeaderName[][] byLength() {
    HeaderName[][] table = new HeaderName[32][];
    for (int length = 0; length < table.length; length++) {
      int wanted = length;
      table[length] =
          Arrays.stream(values())
              .filter(name -> name.lowerCase.length == wanted && name.isWhole())
              .toArray(HeaderName[]::new);
    }
    return table;
  }

  private boolean isWhole() {
    return switch (this) {
      case OTHER, TWIN, X_FORWARDED_FAMILY, X_VCAP_FAMILY, X_CF_FAMILY -> false;
      default -> true;
    };
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
