package bellows.router.accesslog;

import bellows.router.http1.AsciiWriter;
import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;
import bellows.router.routes.Endpoint;

/**
 * Writes a record as a JSON object with the fields of {@link AccessLine}: sizes in bytes and times
 * in seconds as numbers, what there is not as null. Written by hand, as an object per request would
 * be garbage on the event loop.
 */
final class AccessJson implements LineFormat {
  private final LoggedQuery query;
  private final Timestamp timestamp = new Timestamp();

  AccessJson(LoggedQuery query) {
    this.query = query;
  }

  @Override
  public void write(AsciiWriter out, AccessRecord record) {
    RequestHead head = record.head;
    out.put("{\"timestamp\":\"");
    timestamp.write(out, record.arrivedUnixNanos);
    out.put("\",\"host\":");
    if (head.hasHost()) {
      out.put((byte) '"');
      Escape.JSON.put(out, head.bytes(), head.hostStart(), head.hostEnd());
      out.put((byte) '"');
    } else {
      out.put("null");
    }
    out.put(",\"method\":\"");
    Fields.method(out, Escape.JSON, head);
    out.put("\",\"uri\":\"");
    Fields.uri(out, Escape.JSON, head, query);
    out.put("\",\"protocol\":\"").put(Fields.protocol(record));
    out.put("\",\"status\":").decimal(record.status);
    out.put(",\"request_bytes\":").decimal(record.requestBytes);
    out.put(",\"response_bytes\":").decimal(record.responseBytes);
    headers(out, head);
    out.put(",\"remote\":\"").put(record.remote).put("\",\"backend\":");
    Endpoint endpoint = record.endpoint;
    Fields.quotedOrNull(out, endpoint == null ? "" : endpoint.address());
    out.put(",\"x_forwarded_for\":\"");
    Fields.forwardedFor(out, Escape.JSON, record);
    out.put("\",\"x_forwarded_proto\":\"");
    Fields.forwardedProto(out, Escape.JSON, record);
    out.put("\",\"vcap_request_id\":\"");
    RequestId.write(out, record.idHigh, record.idLow);
    out.put("\",\"response_time\":");
    Fields.seconds(out, record.totalNanos);
    out.put(",\"gorouter_time\":");
    Fields.seconds(out, record.routerNanos());
    out.put(",\"app_id\":");
    Fields.quotedOrNull(out, endpoint == null ? "" : endpoint.identity().app());
    out.put(",\"app_index\":");
    Fields.quotedOrNull(out, endpoint == null ? "" : endpoint.identity().instanceIndex());
    out.put(",\"instance_id\":");
    Fields.quotedOrNull(out, endpoint == null ? "" : endpoint.identity().instanceId());
    out.put(",\"failed_attempts\":").decimal(record.failedAttempts);
    out.put(",\"wake_time\":");
    if (record.woke) {
      Fields.seconds(out, record.firstByteNanos);
    } else {
      out.put("null");
    }
    out.put(",\"x_cf_routererror\":");
    Fields.quotedOrNull(out, record.routerError);
    if (record.trace.isThere()) {
      out.put(",\"x_b3_traceid\":\"");
      record.trace.writeTraceId(out);
      out.put("\",\"x_b3_spanid\":\"");
      record.trace.writeSpanId(out);
      out.put("\",\"traceparent\":\"");
      record.trace.writeTraceParent(out);
      out.put("\"}");
    } else {
      out.put((byte) '}');
    }
  }

  private void headers(AsciiWriter out, RequestHead head) {
    out.put(",\"referer\":");
    int referer = head.indexOf(HeaderName.REFERER);
    if (referer < 0) {
      out.put("null");
    } else {
      out.put((byte) '"');
      Fields.referer(out, Escape.JSON, head, referer, query);
      out.put((byte) '"');
    }
    out.put(",\"user_agent\":");
    int userAgent = head.indexOf(HeaderName.USER_AGENT);
    if (userAgent < 0) {
      out.put("null");
    } else {
      out.put((byte) '"');
      Fields.value(out, Escape.JSON, head, userAgent);
      out.put((byte) '"');
    }
  }
}
