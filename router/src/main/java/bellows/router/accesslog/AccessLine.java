package bellows.router.accesslog;

import bellows.router.http1.AsciiWriter;
import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;
import bellows.router.routes.Endpoint;
import java.nio.charset.StandardCharsets;

/**
 * Writes a record as gorouter does (reference/messages.md, 2.8), so that existing log readers go on
 * working. Whatever a client sent is escaped: it can neither end a field nor a line.
 */
final class AccessLine {
  /** In the app's copy a header value is cut here, a URI at {@link #LONGEST_URI}. */
  static final int LONGEST_HEADER = 1000;

  static final int LONGEST_URI = 20_000;
  private static final long NANOS = 1_000_000_000L;
  private static final byte[] MISSING = {'"', '-', '"'};

  private final Timestamp timestamp = new Timestamp();

  void write(AsciiWriter out, AccessRecord record) {
    RequestHead head = record.head;
    if (head.hasHost()) {
      escaped(out, head.bytes(), head.hostStart(), head.hostEnd());
    } else {
      out.put((byte) '-');
    }
    out.put(" - [");
    timestamp.write(out, record.arrivedUnixNanos);
    out.put("] \"");
    escaped(out, head.bytes(), 0, head.methodEnd());
    out.put((byte) ' ');
    if (head.pathStart() == head.pathEnd()) {
      out.put((byte) '/');
    }
    int uriEnd = Math.min(head.targetEnd(), head.pathStart() + LONGEST_URI);
    escaped(out, head.bytes(), head.pathStart(), uriEnd);
    if (record.http2) {
      out.put(" HTTP/2.0\" ");
    } else {
      out.put(head.isHttp11() ? " HTTP/1.1\" " : " HTTP/1.0\" ");
    }
    out.decimal(record.status).put((byte) ' ');
    out.decimal(record.requestBytes).put((byte) ' ');
    out.decimal(record.responseBytes).put((byte) ' ');
    header(out, head, HeaderName.REFERER);
    out.put((byte) ' ');
    header(out, head, HeaderName.USER_AGENT);
    out.put(" \"").put(record.remote).put("\" ");
    Endpoint endpoint = record.endpoint;
    quoted(out, endpoint == null ? "" : endpoint.address());
    out.put(" x_forwarded_for:\"");
    forwardedFor(out, record);
    out.put("\" x_forwarded_proto:\"");
    forwardedProto(out, record);
    out.put("\" vcap_request_id:\"");
    RequestId.write(out, record.idHigh, record.idLow);
    out.put("\" response_time:");
    seconds(out, record.totalNanos);
    out.put(" gorouter_time:");
    seconds(out, Math.max(0, record.totalNanos - record.backendNanos));
    out.put(" app_id:");
    quoted(out, endpoint == null ? "" : endpoint.identity().app());
    out.put(" app_index:");
    quoted(out, endpoint == null ? "" : endpoint.identity().instanceIndex());
    out.put(" instance_id:");
    quoted(out, endpoint == null ? "" : endpoint.identity().instanceId());
    if (record.failedAttempts > 0) {
      out.put(" failed_attempts:").decimal(record.failedAttempts);
    }
    if (record.woke) {
      out.put(" wake_time:");
      seconds(out, record.firstByteNanos);
    }
    out.put(" x_cf_routererror:");
    quoted(out, record.routerError);
  }

  private static void forwardedFor(AsciiWriter out, AccessRecord record) {
    int header = record.trustedClient ? record.head.indexOf(HeaderName.X_FORWARDED_FOR) : -1;
    if (header >= 0) {
      value(out, record.head, header);
      out.put(", ");
    }
    out.put(record.clientIp);
  }

  private static void forwardedProto(AsciiWriter out, AccessRecord record) {
    int header = record.trustedClient ? record.head.indexOf(HeaderName.X_FORWARDED_PROTO) : -1;
    if (header >= 0) {
      value(out, record.head, header);
    } else {
      out.put(record.tls ? "https" : "http");
    }
  }

  private static void header(AsciiWriter out, RequestHead head, HeaderName name) {
    int header = head.indexOf(name);
    if (header < 0) {
      out.put(MISSING);
    } else {
      out.put((byte) '"');
      value(out, head, header);
      out.put((byte) '"');
    }
  }

  private static void value(AsciiWriter out, RequestHead head, int header) {
    int from = head.valueStart(header);
    escaped(out, head.bytes(), from, Math.min(head.valueEnd(header), from + LONGEST_HEADER));
  }

  private static void quoted(AsciiWriter out, String text) {
    if (text.isEmpty()) {
      out.put(MISSING);
    } else {
      out.put((byte) '"');
      byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
      escaped(out, bytes, 0, bytes.length);
      out.put((byte) '"');
    }
  }

  private static void escaped(AsciiWriter out, byte[] bytes, int from, int to) {
    int plain = from;
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (b < ' ' || b == '"' || b == '\\' || b == 127) {
        out.put(bytes, plain, i);
        out.put("\\x").hex((long) b << 56, 2);
        plain = i + 1;
      }
    }
    out.put(bytes, plain, to);
  }

  private static void seconds(AsciiWriter out, long nanos) {
    long safe = Math.max(0, nanos);
    out.decimal(safe / NANOS).put((byte) '.').padded(safe % NANOS / 1000, 6);
  }
}
