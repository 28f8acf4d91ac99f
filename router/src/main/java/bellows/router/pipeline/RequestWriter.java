package bellows.router.pipeline;

import bellows.router.accesslog.AccessRecord;
import bellows.router.accesslog.RequestId;
import bellows.router.http1.AsciiWriter;
import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;
import bellows.router.routes.Endpoint;
import bellows.router.routeservices.Detour;

/**
 * Writes a request's head for a backend from what was understood of the client's: nothing that the
 * client sent is passed on as bytes of a message (reference/messages.md, 2.6).
 */
final class RequestWriter {
  private static final int MILLIS = 1_000_000;

  private RequestWriter() {}

  static void write(AsciiWriter out, AccessRecord request, Endpoint endpoint) {
    RequestHead head = request.head;
    byte[] bytes = head.bytes();
    out.put(bytes, 0, head.methodEnd()).put((byte) ' ');
    Detour detour = request.detour;
    if (detour != null && detour.leaves()) {
      out.put(detour.target()).put(Lines.VERSION_AND_HOST).put(detour.host()).crlf();
    } else {
      if (head.pathStart() == head.pathEnd()) {
        out.put((byte) '/');
      }
      out.put(bytes, head.pathStart(), head.targetEnd()).put(Lines.VERSION_AND_HOST);
      out.put(bytes, head.hostStart(), head.hostEnd()).crlf();
    }
    for (int i = 0; i < head.count(); i++) {
      if (goesOn(request, i)) {
        out.put(bytes, head.nameStart(i), head.nameEnd(i)).put(Lines.COLON);
        out.put(bytes, head.valueStart(i), head.valueEnd(i)).crlf();
      }
    }
    writeOrigin(out, request);
    out.put(Lines.REQUEST_ID);
    RequestId.write(out, request.idHigh, request.idLow);
    out.crlf();
    if (detour != null) {
      out.put(detour.headers());
    }
    if (detour == null || !detour.outside()) {
      out.put(endpoint.identityHeaders());
    }
    if (request.trace.isThere()) {
      request.trace.writeHeaders(out, head);
    }
    if (head.isChunked()) {
      out.put(Lines.CHUNKED);
    } else if (head.contentLength() >= 0) {
      out.put(Lines.CONTENT_LENGTH).decimal(head.contentLength()).crlf();
    }
    if (head.isWebSocket()) {
      out.put(Lines.UPGRADE);
    }
    out.crlf();
  }

  private static boolean goesOn(AccessRecord request, int header) {
    RequestHead head = request.head;
    HeaderName name = head.name(header);
    boolean goesOn =
        switch (name.rule()) {
          case HOP, REWRITTEN -> false;
          case TRACE -> !request.trace.isThere();
          case EDGE ->
              switch (name) {
                case X_FORWARDED_FOR -> false;
                case X_FORWARDED_CLIENT_CERT -> request.passesCertificate;
                default -> request.trustedClient;
              };
          case PASS -> name != HeaderName.EXPECT || head.expectsContinue();
        };
    return goesOn && !head.isForThisHopOnly(header);
  }

  private static void writeOrigin(AsciiWriter out, AccessRecord request) {
    RequestHead head = request.head;
    boolean trusted = request.trustedClient;
    out.put(Lines.FORWARDED_FOR);
    if (trusted && head.has(HeaderName.X_FORWARDED_FOR)) {
      for (int i = 0; i < head.count(); i++) {
        if (head.name(i) == HeaderName.X_FORWARDED_FOR) {
          out.put(head.bytes(), head.valueStart(i), head.valueEnd(i)).put(Lines.COMMA);
        }
      }
    }
    out.put(request.clientIp).crlf();
    if (!trusted || !head.has(HeaderName.X_FORWARDED_PROTO)) {
      out.put(request.tls ? Lines.FORWARDED_TLS : Lines.FORWARDED_PLAIN);
    }
    if (!trusted || !head.has(HeaderName.X_FORWARDED_HOST)) {
      out.put(Lines.FORWARDED_HOST).put(head.bytes(), head.hostStart(), head.hostEnd()).crlf();
    }
    if (!request.certificate.isEmpty()) {
      out.put(Lines.FORWARDED_CERTIFICATE).put(request.certificate).crlf();
    }
    if (!trusted || !head.has(HeaderName.X_REQUEST_START)) {
      out.put(Lines.REQUEST_START).decimal(request.arrivedUnixNanos / MILLIS).crlf();
    }
  }
}
