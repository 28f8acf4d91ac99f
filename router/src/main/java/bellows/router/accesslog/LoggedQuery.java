package bellows.router.accesslog;

import bellows.router.http1.Ascii;
import bellows.router.http1.AsciiWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;

/** What of a URI's query goes into the log: people put secrets there. */
public enum LoggedQuery {
  /** All but the values of parameters that are named like a secret. */
  REDACTED,
  /** Nothing; the URI ends before it. */
  OMITTED,
  /** As it came. */
  FULL;

  /** A parameter whose name is one of these... */
  private static final byte[][] NAMES =
      ascii("auth", "authorization", "code", "jwt", "key", "otp", "pass", "pwd", "sid", "sig");

  /** ... or holds one of these, is a secret. */
  private static final byte[][] PARTS =
      ascii(
          "accesskey",
          "apikey",
          "assertion",
          "credential",
          "passphrase",
          "passwd",
          "password",
          "privatekey",
          "secret",
          "session",
          "signature",
          "token");

  private static final byte[] STARS = {'*', '*', '*'};

  /** What of a name is compared; nothing that is a secret is called by more. */
  private static final int NAME_BYTES = 128;

  private static byte[][] ascii(String... words) {
    return Stream.of(words)
        .map(word -> word.getBytes(StandardCharsets.US_ASCII))
        .toArray(byte[][]::new);
  }

  /** Appends the URI in the bytes [from, to). */
  void put(AsciiWriter out, Escape escape, byte[] bytes, int from, int to) {
    int query = from;
    while (query < to && bytes[query] != '?' && bytes[query] != '#') {
      query++;
    }
    if (query == to || this == FULL) {
      escape.put(out, bytes, from, to);
      return;
    }
    escape.put(out, bytes, from, query);
    if (this == REDACTED) {
      redact(out, escape, bytes, query, to);
    }
  }

  /** Parameter by parameter, each with the separator before it. */
  private static void redact(AsciiWriter out, Escape escape, byte[] bytes, int from, int to) {
    byte[] name = new byte[NAME_BYTES];
    int at = from;
    while (at < to) {
      int end = at + 1;
      int value = -1;
      while (end < to && !isSeparator(bytes[end])) {
        if (bytes[end] == '=' && value < 0) {
          value = end + 1;
        }
        end++;
      }
      if (value >= 0 && isSecret(name, bytes, at + 1, value - 1)) {
        escape.put(out, bytes, at, value);
        out.put(STARS);
      } else {
        escape.put(out, bytes, at, end);
      }
      at = end;
    }
  }

  private static boolean isSeparator(byte b) {
    return b == '&' || b == ';' || b == '#' || b == '?';
  }

  private static boolean isSecret(byte[] name, byte[] bytes, int from, int to) {
    int length = 0;
    for (int i = from; i < to && length < NAME_BYTES; i++) {
      byte b = bytes[i];
      if (b == '%' && i + 2 < to && Ascii.hex(bytes[i + 1]) >= 0 && Ascii.hex(bytes[i + 2]) >= 0) {
        b = (byte) (Ascii.hex(bytes[i + 1]) << 4 | Ascii.hex(bytes[i + 2]));
        i += 2;
      }
      if (b != '-' && b != '_' && b != '.') {
        name[length++] = Ascii.lower(b);
      }
    }
    for (byte[] whole : NAMES) {
      if (Arrays.equals(name, 0, length, whole, 0, whole.length)) {
        return true;
      }
    }
    for (byte[] part : PARTS) {
      for (int i = 0; i + part.length <= length; i++) {
        if (Arrays.equals(name, i, i + part.length, part, 0, part.length)) {
          return true;
        }
      }
    }
    return false;
  }
}
