package bellows.router.tracing;

import bellows.router.http1.AsciiWriter;
import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;
import java.nio.charset.StandardCharsets;

/**
 * The header {@code tracestate} (W3C Trace Context, section 3.3): a list of {@code key=value}, the
 * latest first. Our own entry is written in front of what came; a list that breaks the rules is
 * left away as a whole.
 */
final class TraceState {
  private static final byte[] OURS = "bellows".getBytes(StandardCharsets.US_ASCII);

  /** What came, of 32 that the list may have with ours. */
  private static final int MOST = 31;

  private static final int LONGEST_KEY = 256;
  private static final int LONGEST_VALUE = 256;

  /** gorouter passes no more on either. */
  private static final int LONGEST = 2048;

  private TraceState() {}

  /** Whether what came may be passed on. */
  static boolean isValid(RequestHead head) {
    int members = 0;
    int bytes = 0;
    for (int i = 0; i < head.count(); i++) {
      if (head.name(i) == HeaderName.TRACESTATE) {
        bytes += head.valueEnd(i) - head.valueStart(i);
        int to = head.valueEnd(i);
        int at = head.valueStart(i);
        while (at < to) {
          int end = memberEnd(head.bytes(), at, to);
          int from = skipBlanks(head.bytes(), at, end);
          int trimmed = trimBlanks(head.bytes(), from, end);
          if (trimmed > from) {
            if (!isMember(head.bytes(), from, trimmed)) {
              return false;
            }
            members++;
          }
          at = end + 1;
        }
      }
    }
    return members <= MOST && bytes <= LONGEST;
  }

  /**
   * @param span ours
   * @param passOn whether what came follows; it is valid
   */
  static void write(AsciiWriter out, long span, RequestHead head, boolean passOn) {
    out.put(OURS).put((byte) '=').hex(span, 16);
    for (int i = 0; passOn && i < head.count(); i++) {
      if (head.name(i) == HeaderName.TRACESTATE) {
        int to = head.valueEnd(i);
        int at = head.valueStart(i);
        while (at < to) {
          int end = memberEnd(head.bytes(), at, to);
          int from = skipBlanks(head.bytes(), at, end);
          int trimmed = trimBlanks(head.bytes(), from, end);
          if (trimmed > from && !isOurs(head.bytes(), from)) {
            out.put((byte) ',').put(head.bytes(), from, trimmed);
          }
          at = end + 1;
        }
      }
    }
  }

  private static int memberEnd(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bytes[at] != ',') {
      at++;
    }
    return at;
  }

  private static int skipBlanks(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && isBlank(bytes[at])) {
      at++;
    }
    return at;
  }

  private static int trimBlanks(byte[] bytes, int from, int to) {
    int at = to;
    while (at > from && isBlank(bytes[at - 1])) {
      at--;
    }
    return at;
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  /** A member has a '=', which ends the comparison in time. */
  private static boolean isOurs(byte[] bytes, int from) {
    for (int i = 0; i < OURS.length; i++) {
      if (bytes[from + i] != OURS[i]) {
        return false;
      }
    }
    return bytes[from + OURS.length] == '=';
  }

  private static boolean isMember(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && isKey(bytes[at])) {
      at++;
    }
    boolean key = at > from && at - from <= LONGEST_KEY && isKeyStart(bytes[from]);
    if (!key || at == to || bytes[at] != '=') {
      return false;
    }
    int value = at + 1;
    for (int i = value; i < to; i++) {
      if (bytes[i] < ' ' || bytes[i] > '~' || bytes[i] == '=') {
        return false;
      }
    }
    return to > value && to - value <= LONGEST_VALUE;
  }

  private static boolean isKeyStart(byte b) {
    return (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9');
  }

  private static boolean isKey(byte b) {
    return isKeyStart(b) || b == '_' || b == '-' || b == '*' || b == '/' || b == '@';
  }
}
