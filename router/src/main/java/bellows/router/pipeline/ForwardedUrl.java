package bellows.router.pipeline;

import bellows.router.accesslog.AccessRecord;
import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;

/** The address that a client has asked for, as it may have typed it. */
final class ForwardedUrl {
  private ForwardedUrl() {}

  static String of(AccessRecord request) {
    RequestHead head = request.head;
    String path = head.text(head.pathStart(), head.pathEnd());
    return (isSecure(request) ? "https://" : "http://")
        + head.text(head.hostStart(), head.hostEnd())
        + (path.startsWith("/") ? path : "/")
        + head.text(head.pathEnd(), head.targetEnd());
  }

  private static boolean isSecure(AccessRecord request) {
    String said = request.trustedClient ? request.head.value(HeaderName.X_FORWARDED_PROTO) : null;
    return said == null ? request.tls : said.equalsIgnoreCase("https");
  }
}
