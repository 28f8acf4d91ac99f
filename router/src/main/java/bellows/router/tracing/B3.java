package bellows.router.tracing;

import bellows.router.http1.Ascii;
import bellows.router.http1.AsciiWriter;
import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;
import java.nio.charset.StandardCharsets;

/**
 * B3 as Zipkin knows it (github.com/openzipkin/b3-propagation): one header {@code b3:
 * TRACE-SPAN-SAMPLING-PARENT}, or one for each of these. A sampling decision may come alone. Used
 * again for each request.
 */
final class B3 {
  /** Whoever comes next decides. */
  static final byte UNDECIDED = 0;

  static final byte DROPPED = '0';
  static final byte SAMPLED = '1';
  static final byte DEBUG = 'd';

  private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);

  long high;
  long low;

  /** A trace id may have 64 bits only; it stays so. */
  boolean brief;

  long span;

  /** 0 for none. */
  long parent;

  byte sampling;

  /** Takes what the headers say; whether they name a trace. */
  boolean read(RequestHead head) {
    sampling = UNDECIDED;
    return readSingle(head) || readMulti(head);
  }

  private boolean readSingle(RequestHead head) {
    int header = only(head, HeaderName.B3);
    if (header < 0) {
      return false;
    }
    byte[] bytes = head.bytes();
    int from = head.valueStart(header);
    int to = head.valueEnd(header);
    if (to - from == 1) {
      sampling = decision(bytes[from]);
      return false;
    }
    int dash = from;
    while (dash < to && bytes[dash] != '-') {
      dash++;
    }
    int end = dash + 17;
    if (end > to || !readIds(bytes, from, dash, dash + 1, end)) {
      return false;
    }
    byte decided = UNDECIDED;
    long above = 0;
    if (end < to) {
      if (bytes[end] != '-' || end + 2 > to) {
        return false;
      }
      decided = decision(bytes[end + 1]);
      int rest = end + 2;
      if (decided == UNDECIDED) {
        return false;
      }
      if (rest < to) {
        if (bytes[rest] != '-' || to - rest != 17 || !HexField.isHex(bytes, rest + 1, 16)) {
          return false;
        }
        above = HexField.read(bytes, rest + 1, 16);
      }
    }
    sampling = decided;
    parent = above;
    return true;
  }

  private boolean readMulti(RequestHead head) {
    byte[] bytes = head.bytes();
    byte decided = multiDecision(head);
    if (decided != UNDECIDED) {
      sampling = decided;
    }
    int trace = only(head, HeaderName.X_B3_TRACEID);
    int id = only(head, HeaderName.X_B3_SPANID);
    if (trace < 0
        || id < 0
        || !readIds(
            bytes,
            head.valueStart(trace),
            head.valueEnd(trace),
            head.valueStart(id),
            head.valueEnd(id))) {
      return false;
    }
    int above = only(head, HeaderName.X_B3_PARENTSPANID);
    parent = 0;
    if (above >= 0) {
      int from = head.valueStart(above);
      if (head.valueEnd(above) - from != 16 || !HexField.isHex(bytes, from, 16)) {
        return false;
      }
      parent = HexField.read(bytes, from, 16);
    }
    return true;
  }

  private static byte multiDecision(RequestHead head) {
    int flags = only(head, HeaderName.X_B3_FLAGS);
    if (flags >= 0 && is(head, flags, '1')) {
      return DEBUG;
    }
    int sampled = only(head, HeaderName.X_B3_SAMPLED);
    if (sampled < 0) {
      return UNDECIDED;
    }
    // Words are how old senders say it.
    if (is(head, sampled, '1') || is(head, sampled, TRUE)) {
      return SAMPLED;
    }
    return is(head, sampled, '0') || is(head, sampled, FALSE) ? DROPPED : UNDECIDED;
  }

  private static boolean is(RequestHead head, int header, char wanted) {
    int from = head.valueStart(header);
    return head.valueEnd(header) - from == 1 && head.bytes()[from] == wanted;
  }

  private static boolean is(RequestHead head, int header, byte[] wanted) {
    int from = head.valueStart(header);
    return head.valueEnd(header) - from == wanted.length
        && Ascii.equalsIgnoreCase(head.bytes(), from, wanted, wanted.length);
  }

  private boolean readIds(byte[] bytes, int trace, int traceEnd, int id, int idEnd) {
    int digits = traceEnd - trace;
    if ((digits != 16 && digits != 32)
        || idEnd - id != 16
        || !HexField.isHex(bytes, trace, digits)
        || !HexField.isHex(bytes, id, 16)) {
      return false;
    }
    brief = digits == 16;
    high = brief ? 0 : HexField.read(bytes, trace, 16);
    low = HexField.read(bytes, traceEnd - 16, 16);
    span = HexField.read(bytes, id, 16);
    return (high | low) != 0 && span != 0;
  }

  private static byte decision(byte b) {
    return b == DROPPED || b == SAMPLED || b == DEBUG ? b : UNDECIDED;
  }

  /** The header of this name if there is exactly one, else -1: of two neither can be believed. */
  private static int only(RequestHead head, HeaderName name) {
    int first = head.indexOf(name);
    for (int i = first + 1; first >= 0 && i < head.count(); i++) {
      if (head.name(i) == name) {
        return -1;
      }
    }
    return first;
  }

  void writeTrace(AsciiWriter out) {
    if (!brief) {
      out.hex(high, 16);
    }
    out.hex(low, 16);
  }

  /** All headers, each a line. */
  void write(AsciiWriter out) {
    out.put("X-B3-TraceId: ");
    writeTrace(out);
    out.crlf().put("X-B3-SpanId: ").hex(span, 16).crlf();
    if (parent != 0) {
      out.put("X-B3-ParentSpanId: ").hex(parent, 16).crlf();
    }
    if (sampling == DEBUG) {
      out.put("X-B3-Flags: 1").crlf();
    } else if (sampling != UNDECIDED) {
      out.put("X-B3-Sampled: ").put(sampling).crlf();
    }
    out.put("b3: ");
    writeTrace(out);
    out.put((byte) '-').hex(span, 16);
    if (sampling != UNDECIDED) {
      out.put((byte) '-').put(sampling);
      if (parent != 0) {
        out.put((byte) '-').hex(parent, 16);
      }
    }
    out.crlf();
  }
}
