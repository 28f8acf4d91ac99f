package bellows.router.accesslog;

import bellows.router.http1.AsciiWriter;
import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;
import java.nio.charset.StandardCharsets;

/** The fields that need more than a number or a text, for every format. */
final class Fields {
  /** A header's value is cut here, a URI at {@link #LONGEST_URI}, as gorouter does for apps. */
  private static final int LONGEST_HEADER = 1000;

  private static final int LONGEST_URI = 20_000;
  private static final long NANOS = 1_000_000_000L;

  private Fields() {}

  static void text(AsciiWriter out, Escape escape, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    escape.put(out, bytes, 0, bytes.length);
  }

  /** In quotes; what there is not as a dash. */
  static void quotedOrDash(AsciiWriter out, String text) {
    out.put((byte) '"');
    if (text.isEmpty()) {
      out.put((byte) '-');
    } else {
      text(out, Escape.TEXT, text);
    }
    out.put((byte) '"');
  }

  /** A value of JSON; what there is not as null. */
  static void quotedOrNull(AsciiWriter out, String text) {
    if (text.isEmpty()) {
      out.put("null");
    } else {
      out.put((byte) '"');
      text(out, Escape.JSON, text);
      out.put((byte) '"');
    }
  }

  static void method(AsciiWriter out, Escape escape, RequestHead head) {
    escape.put(out, head.bytes(), 0, head.methodEnd());
  }

  static void uri(AsciiWriter out, Escape escape, RequestHead head, LoggedQuery query) {
    if (head.pathStart() == head.pathEnd()) {
      out.put((byte) '/');
    }
    int end = Math.min(head.targetEnd(), head.pathStart() + LONGEST_URI);
    query.put(out, escape, head.bytes(), head.pathStart(), end);
  }

  static String protocol(AccessRecord record) {
    if (record.http2) {
      return "HTTP/2.0";
    }
    return record.head.isHttp11() ? "HTTP/1.1" : "HTTP/1.0";
  }

  static void value(AsciiWriter out, Escape escape, RequestHead head, int header) {
    escape.put(out, head.bytes(), head.valueStart(header), end(head, header));
  }

  /** A URI of the client's in a header. */
  static void referer(
      AsciiWriter out, Escape escape, RequestHead head, int header, LoggedQuery query) {
    query.put(out, escape, head.bytes(), head.valueStart(header), end(head, header));
  }

  private static int end(RequestHead head, int header) {
    return Math.min(head.valueEnd(header), head.valueStart(header) + LONGEST_HEADER);
  }

  static void forwardedFor(AsciiWriter out, Escape escape, AccessRecord record) {
    int header = record.trustedClient ? record.head.indexOf(HeaderName.X_FORWARDED_FOR) : -1;
    if (header >= 0) {
      value(out, escape, record.head, header);
      out.put(", ");
    }
    out.put(record.clientIp);
  }

  static void forwardedProto(AsciiWriter out, Escape escape, AccessRecord record) {
    int header = record.trustedClient ? record.head.indexOf(HeaderName.X_FORWARDED_PROTO) : -1;
    if (header >= 0) {
      value(out, escape, record.head, header);
    } else {
      out.put(record.tls ? "https" : "http");
    }
  }

  /** With microseconds. */
  static void seconds(AsciiWriter out, long nanos) {
    long safe = Math.max(0, nanos);
    out.decimal(safe / NANOS).put((byte) '.').padded(safe % NANOS / 1000, 6);
  }
}
