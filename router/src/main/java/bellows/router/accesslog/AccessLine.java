package bellows.router.accesslog;

import bellows.router.http1.AsciiWriter;
import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;
import bellows.router.routes.Endpoint;

/**
 * Writes a record as gorouter does (reference/messages.md, 2.8), so that existing log readers go on
 * working.
 */
final class AccessLine implements LineFormat {
  private static final byte[] MISSING = {'"', '-', '"'};

  private final LoggedQuery query;
  private final Timestamp timestamp = new Timestamp();

  AccessLine(LoggedQuery query) {
    this.query = query;
  }

  @Override
  public void write(AsciiWriter out, AccessRecord record) {
    RequestHead head = record.head;
    if (head.hasHost()) {
      Escape.TEXT.put(out, head.bytes(), head.hostStart(), head.hostEnd());
    } else {
      out.put((byte) '-');
    }
    out.put(" - [");
    timestamp.write(out, record.arrivedUnixNanos);
    out.put("] \"");
    Fields.method(out, Escape.TEXT, head);
    out.put((byte) ' ');
    Fields.uri(out, Escape.TEXT, head, query);
    out.put((byte) ' ').put(Fields.protocol(record)).put("\" ");
    out.decimal(record.status).put((byte) ' ');
    out.decimal(record.requestBytes).put((byte) ' ');
    out.decimal(record.responseBytes).put((byte) ' ');
    referer(out, head);
    out.put((byte) ' ');
    userAgent(out, head);
    out.put(" \"").put(record.remote).put("\" ");
    Endpoint endpoint = record.endpoint;
    Fields.quotedOrDash(out, endpoint == null ? "" : endpoint.address());
    out.put(" x_forwarded_for:\"");
    Fields.forwardedFor(out, Escape.TEXT, record);
    out.put("\" x_forwarded_proto:\"");
    Fields.forwardedProto(out, Escape.TEXT, record);
    out.put("\" vcap_request_id:\"");
    RequestId.write(out, record.idHigh, record.idLow);
    out.put("\" response_time:");
    Fields.seconds(out, record.totalNanos);
    out.put(" gorouter_time:");
    Fields.seconds(out, record.routerNanos());
    out.put(" app_id:");
    Fields.quotedOrDash(out, endpoint == null ? "" : endpoint.identity().app());
    out.put(" app_index:");
    Fields.quotedOrDash(out, endpoint == null ? "" : endpoint.identity().instanceIndex());
    out.put(" instance_id:");
    Fields.quotedOrDash(out, endpoint == null ? "" : endpoint.identity().instanceId());
    if (record.failedAttempts > 0) {
      out.put(" failed_attempts:").decimal(record.failedAttempts);
    }
    if (record.woke) {
      out.put(" wake_time:");
      Fields.seconds(out, record.firstByteNanos);
    }
    out.put(" x_cf_routererror:");
    Fields.quotedOrDash(out, record.routerError);
    if (record.trace.isThere()) {
      out.put(" x_b3_traceid:\"");
      record.trace.writeTraceId(out);
      out.put("\" x_b3_spanid:\"");
      record.trace.writeSpanId(out);
      out.put("\" traceparent:\"");
      record.trace.writeTraceParent(out);
      out.put((byte) '"');
    }
  }

  private void referer(AsciiWriter out, RequestHead head) {
    int header = head.indexOf(HeaderName.REFERER);
    if (header < 0) {
      out.put(MISSING);
    } else {
      out.put((byte) '"');
      Fields.referer(out, Escape.TEXT, head, header, query);
      out.put((byte) '"');
    }
  }

  private static void userAgent(AsciiWriter out, RequestHead head) {
    int header = head.indexOf(HeaderName.USER_AGENT);
    if (header < 0) {
      out.put(MISSING);
    } else {
      out.put((byte) '"');
      Fields.value(out, Escape.TEXT, head, header);
      out.put((byte) '"');
    }
  }
}
