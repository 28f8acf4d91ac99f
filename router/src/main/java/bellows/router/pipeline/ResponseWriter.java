package bellows.router.pipeline;

import bellows.router.accesslog.AccessRecord;
import bellows.router.accesslog.RequestId;
import bellows.router.errors.ErrorForm;
import bellows.router.errors.RouterError;
import bellows.router.http1.AsciiWriter;
import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;
import bellows.router.http1.ResponseHead;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes a response's head for a client, from an app's or as an answer of our own. */
final class ResponseWriter {
  private static final int LONGEST_DETAIL = 300;

  private ResponseWriter() {}

  /** How the client learns where the body ends. */
  enum Framing {
    /** By the length in the head, or there is no body. */
    AS_ANNOUNCED,
    CHUNKED,
    /** HTTP/1.0 and no length: by the end of the connection. */
    CLOSE
  }

  /** What becomes of the connection. */
  enum Connection {
    KEPT,
    CLOSED,
    TUNNEL
  }

  /**
   * @param cookie one more Set-Cookie value
   */
  static void write(
      AsciiWriter out,
      ResponseHead head,
      AccessRecord request,
      Framing framing,
      Connection connection,
      @Nullable String cookie) {
    writeStartAndHeaders(out, head);
    if (framing == Framing.CHUNKED) {
      out.put(Lines.CHUNKED);
    } else if (head.contentLength() >= 0
        && head.status() != 204
        && connection != Connection.TUNNEL) {
      out.put(Lines.CONTENT_LENGTH).decimal(head.contentLength()).crlf();
    }
    if (!head.has(HeaderName.X_VCAP_REQUEST_ID)) {
      writeRequestId(out, request);
    }
    if (cookie != null) {
      out.put(Lines.SET_COOKIE).put(cookie).crlf();
    }
    if ("1".equals(request.head.value(HeaderName.X_BELLOWS_TIMING))) {
      writeTiming(out, request);
    }
    writeConnection(out, request.head, connection);
    out.crlf();
  }

  /** Where the time went until the first byte of the response, in milliseconds. */
  private static void writeTiming(AsciiWriter out, AccessRecord request) {
    out.put(Lines.SERVER_TIMING);
    millis(out, request.routeNanos);
    out.put(request.woke ? ", wake;dur=" : ", app;dur=");
    millis(out, request.firstByteNanos);
    out.crlf();
  }

  private static void millis(AsciiWriter out, long nanos) {
    long micros = Math.max(0, nanos) / 1000;
    out.decimal(micros / 1000).put((byte) '.').padded(micros % 1000, 3);
  }

  /** An interim response, such as 100 or 103. */
  static void writeInterim(AsciiWriter out, ResponseHead head) {
    writeStartAndHeaders(out, head);
    out.crlf();
  }

  private static void writeStartAndHeaders(AsciiWriter out, ResponseHead head) {
    byte[] bytes = head.bytes();
    out.put(Lines.STATUS).decimal(head.status()).put((byte) ' ');
    out.put(bytes, head.reasonStart(), head.reasonEnd()).crlf();
    for (int i = 0; i < head.count(); i++) {
      if (goesOn(head, i)) {
        out.put(bytes, head.nameStart(i), head.nameEnd(i)).put(Lines.COLON);
        out.put(bytes, head.valueStart(i), head.valueEnd(i)).crlf();
      }
    }
  }

  private static boolean goesOn(ResponseHead head, int header) {
    HeaderName name = head.name(header);
    boolean stays =
        switch (name) {
          case CONTENT_LENGTH, TRANSFER_ENCODING, X_CF_PROXY_SIGNATURE -> true;
          case TWIN -> false;
          default -> name.rule() == HeaderName.Rule.HOP;
        };
    return !stays && !head.isForThisHopOnly(header);
  }

  private static void writeRequestId(AsciiWriter out, AccessRecord request) {
    out.put(Lines.REQUEST_ID);
    RequestId.write(out, request.idHigh, request.idLow);
    out.crlf();
  }

  private static void writeConnection(AsciiWriter out, RequestHead head, Connection connection) {
    switch (connection) {
      case CLOSED -> out.put(Lines.CLOSE);
      case TUNNEL -> out.put(Lines.UPGRADE);
      case KEPT -> {
        if (!head.isHttp11()) {
          out.put(Lines.KEEP_ALIVE);
        }
      }
    }
  }

  /**
   * Our own answer, body included.
   *
   * @param subject the route or flaw that the text names
   * @param detail the cause, for the header of an endpoint failure
   * @return the number of bytes of the body
   */
  static int writeError(
      AsciiWriter out,
      RouterError error,
      String subject,
      String detail,
      AccessRecord request,
      boolean closes) {
    ErrorForm form = ErrorForm.of(request.head);
    String requestId = RequestId.text(request.idHigh, request.idLow);
    byte[] body = form.body(error, subject, requestId).getBytes(StandardCharsets.UTF_8);
    out.put(Lines.STATUS).decimal(error.status()).put((byte) ' ');
    out.put(RouterError.reason(error.status())).crlf().put(form.headers());
    out.put(error.cacheLine());
    if (!error.value().isEmpty()) {
      out.put(Lines.ROUTER_ERROR).put(headerValue(error, detail)).crlf();
    }
    writeRequestId(out, request);
    out.put(Lines.CONTENT_LENGTH).decimal(body.length).crlf();
    writeConnection(out, request.head, closes ? Connection.CLOSED : Connection.KEPT);
    out.crlf();
    if (request.head.method() == RequestHead.Method.HEAD) {
      return 0;
    }
    out.put(body);
    return body.length;
  }

  /**
   * The waiting page: 503, because what asked for is not there yet, and nobody shall keep or index
   * it.
   *
   * @return the number of bytes of the body
   */
  static int writeWakePage(AsciiWriter out, AccessRecord request, boolean closes) {
    out.put(Lines.STATUS).decimal(503).put((byte) ' ').put(RouterError.reason(503)).crlf();
    out.put(WakePage.HEADERS);
    writeRequestId(out, request);
    out.put(Lines.CONTENT_LENGTH).decimal(WakePage.BODY.length).crlf();
    writeConnection(out, request.head, closes ? Connection.CLOSED : Connection.KEPT);
    out.crlf().put(WakePage.BODY);
    return WakePage.BODY.length;
  }

  /** The value of X-Cf-RouterError; a detail cannot end the line that it stands in. */
  static String headerValue(RouterError error, String detail) {
    if (detail.isEmpty()) {
      return error.value();
    }
    StringBuilder value = new StringBuilder(error.value()).append(" (");
    for (int i = 0; i < Math.min(detail.length(), LONGEST_DETAIL); i++) {
      char c = detail.charAt(i);
      value.append(c >= ' ' && c < 127 ? c : ' ');
    }
    return value.append(')').toString();
  }
}
