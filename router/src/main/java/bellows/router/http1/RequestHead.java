package bellows.router.http1;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A request's head. {@link #parse} accepts only what every reader behind us must understand in the
 * same way; the rest is refused rather than repaired.
 */
public final class RequestHead extends Head {
  private static final int METHOD_BYTES = 24;
  private static final byte[] HTTP_1 = ascii("HTTP/1.");
  private static final byte[] WEBSOCKET = ascii("websocket");
  private static final byte[] CONTINUE = ascii("100-continue");
  private static final byte[] PLAIN_SCHEME = ascii("http://");
  private static final byte[] TLS_SCHEME = ascii("https://");

  private int methodEnd;
  private Method method = Method.OTHER;
  private int targetStart;
  private int targetEnd;
  private int pathStart;
  private int pathEnd;
  private int authorityStart;
  private int authorityEnd;
  private boolean http11;
  private int hostStart;
  private int hostEnd;
  private int nameEnd;
  private boolean expectsContinue;
  private boolean websocket;

  /** The methods that differ for a proxy. */
  public enum Method {
    GET,
    HEAD,
    OPTIONS,
    OTHER
  }

  /** Reads what {@link #load} has taken; what is wrong with it, or null. */
  public @Nullable Flaw parse(Limits limits) {
    Flaw flaw = readRequestLine(limits);
    if (flaw == null) {
      int start = targetEnd + HTTP_1.length + 4;
      flaw = readFields(start, limits.headers());
    }
    if (flaw == null) {
      flaw = readHost();
    }
    return flaw == null ? readRest() : flaw;
  }

  /** A head of which nothing is known: no method, no target, no headers. */
  public void clear() {
    methodEnd = 0;
    targetStart = 0;
    targetEnd = 0;
    pathStart = 0;
    pathEnd = 0;
    hostStart = 0;
    hostEnd = 0;
    nameEnd = 0;
    http11 = false;
    expectsContinue = false;
    websocket = false;
    method = Method.OTHER;
    forgetFields();
  }

  private @Nullable Flaw readRequestLine(Limits limits) {
    clear();
    int at = 0;
    while (Ascii.isToken(bytes[at])) {
      at++;
    }
    if (at == 0 || at > METHOD_BYTES || bytes[at] != ' ') {
      return Flaw.REQUEST_LINE;
    }
    methodEnd = at++;
    targetStart = at;
    while (bytes[at] > ' ' && bytes[at] < 127 && bytes[at] != '#') {
      at++;
    }
    targetEnd = at;
    if (at == targetStart || bytes[at] != ' ') {
      return Flaw.REQUEST_LINE;
    }
    if (at - targetStart > limits.uriBytes()) {
      return Flaw.URI_TOO_LONG;
    }
    return readVersion(at + 1);
  }

  private @Nullable Flaw readVersion(int at) {
    int end = at + HTTP_1.length + 1;
    if (end + 2 > length || bytes[end] != '\r' || bytes[end + 1] != '\n') {
      return Flaw.VERSION;
    }
    for (int i = 0; i < HTTP_1.length; i++) {
      if (bytes[at + i] != HTTP_1[i]) {
        return Flaw.VERSION;
      }
    }
    byte minor = bytes[end - 1];
    if (minor != '0' && minor != '1') {
      return Flaw.VERSION;
    }
    http11 = minor == '1';
    return readMethodAndTarget();
  }

  private @Nullable Flaw readMethodAndTarget() {
    method = Method.OTHER;
    if (methodIs("GET")) {
      method = Method.GET;
    } else if (methodIs("HEAD")) {
      method = Method.HEAD;
    } else if (methodIs("OPTIONS")) {
      method = Method.OPTIONS;
    } else if (methodIs("CONNECT") || methodIs("TRACE")) {
      return Flaw.METHOD;
    }
    authorityStart = 0;
    authorityEnd = 0;
    pathStart = targetStart;
    if (bytes[targetStart] == '*') {
      pathEnd = targetEnd;
      return method == Method.OPTIONS && targetEnd == targetStart + 1 ? null : Flaw.TARGET;
    }
    if (bytes[targetStart] != '/') {
      int scheme = schemeLength();
      if (scheme == 0) {
        return Flaw.TARGET;
      }
      authorityStart = targetStart + scheme;
      authorityEnd = authorityStart;
      while (authorityEnd < targetEnd && bytes[authorityEnd] != '/' && bytes[authorityEnd] != '?') {
        authorityEnd++;
      }
      if (authorityEnd == authorityStart) {
        return Flaw.TARGET;
      }
      pathStart = authorityEnd;
    }
    pathEnd = pathStart;
    while (pathEnd < targetEnd && bytes[pathEnd] != '?') {
      pathEnd++;
    }
    return null;
  }

  private int schemeLength() {
    for (byte[] scheme : new byte[][] {PLAIN_SCHEME, TLS_SCHEME}) {
      if (targetEnd - targetStart > scheme.length
          && Ascii.equalsIgnoreCase(bytes, targetStart, scheme, scheme.length)) {
        return scheme.length;
      }
    }
    return 0;
  }

  private boolean methodIs(String wanted) {
    if (methodEnd != wanted.length()) {
      return false;
    }
    for (int i = 0; i < methodEnd; i++) {
      if (bytes[i] != wanted.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private @Nullable Flaw readHost() {
    int host = indexOf(HeaderName.HOST);
    if (host < 0) {
      return http11 || authorityEnd > 0 ? Flaw.HOST_COUNT : null;
    }
    for (int i = host + 1; i < count(); i++) {
      if (name(i) == HeaderName.HOST) {
        return Flaw.HOST_COUNT;
      }
    }
    hostStart = valueStart(host);
    hostEnd = valueEnd(host);
    if (!readHostName()) {
      return Flaw.HOST_VALUE;
    }
    int hostLength = hostEnd - hostStart;
    if (authorityEnd > 0
        && (authorityEnd - authorityStart != hostLength
            || !sameIgnoringCase(hostStart, authorityStart, hostLength))) {
      return Flaw.HOST_TARGET;
    }
    return null;
  }

  /** RFC 3986 section 3.2.2 without percent-encoding, user or the empty port. */
  private boolean readHostName() {
    int at = hostStart;
    if (at < hostEnd && bytes[at] == '[') {
      at++;
      while (at < hostEnd && (Ascii.hex(bytes[at]) >= 0 || bytes[at] == ':' || bytes[at] == '.')) {
        at++;
      }
      if (at == hostEnd || bytes[at] != ']' || at < hostStart + 3) {
        return false;
      }
      at++;
      nameEnd = at;
    } else {
      while (at < hostEnd && Ascii.isHost(bytes[at])) {
        if (bytes[at] == '.' && (at == hostStart || bytes[at - 1] == '.')) {
          return false;
        }
        at++;
      }
      nameEnd = at > hostStart && bytes[at - 1] == '.' ? at - 1 : at;
    }
    return at == hostEnd || (nameEnd > hostStart && isPort(at));
  }

  private boolean isPort(int colon) {
    if (bytes[colon] != ':' || hostEnd == colon + 1 || hostEnd > colon + 6) {
      return false;
    }
    int port = 0;
    for (int i = colon + 1; i < hostEnd; i++) {
      if (!Ascii.isDigit(bytes[i])) {
        return false;
      }
      port = port * 10 + bytes[i] - '0';
    }
    return port <= 65535;
  }

  private @Nullable Flaw readRest() {
    if (isChunked() && !http11) {
      return Flaw.ENCODING_IN_HTTP_1_0;
    }
    expectsContinue = false;
    if (has(HeaderName.EXPECT) && http11) {
      for (int i = 0; i < count(); i++) {
        if (name(i) == HeaderName.EXPECT && !is(CONTINUE, valueStart(i), valueEnd(i))) {
          return Flaw.EXPECTATION;
        }
      }
      expectsContinue = true;
    }
    int upgrade = indexOf(HeaderName.UPGRADE);
    websocket =
        upgrade >= 0
            && asksToUpgrade()
            && http11
            && method == Method.GET
            && !hasBody()
            && is(WEBSOCKET, valueStart(upgrade), valueEnd(upgrade));
    return null;
  }

  public Method method() {
    return method;
  }

  /** The method is the bytes from 0 to here. */
  public int methodEnd() {
    return methodEnd;
  }

  /** Where the path (or {@code *}) begins; may be equal to {@link #pathEnd}, which means "/". */
  public int pathStart() {
    return pathStart;
  }

  /** Where the query begins, else the target ends. */
  public int pathEnd() {
    return pathEnd;
  }

  public int targetEnd() {
    return targetEnd;
  }

  public boolean isHttp11() {
    return http11;
  }

  /** The Host header as it came begins here. */
  public int hostStart() {
    return hostStart;
  }

  /** The Host header as it came ends here. */
  public int hostEnd() {
    return hostEnd;
  }

  /** The Host without port and final dot ends here. */
  public int hostNameEnd() {
    return nameEnd;
  }

  public boolean hasHost() {
    return nameEnd > hostStart;
  }

  public boolean hasBody() {
    return isChunked() || contentLength() > 0;
  }

  public boolean expectsContinue() {
    return expectsContinue;
  }

  /** A correct request for a WebSocket; any other upgrade is an ordinary request. */
  public boolean isWebSocket() {
    return websocket;
  }

  /** Whether the client means to use the connection again. */
  public boolean keepsAlive() {
    return http11 ? !asksToClose() : asksToKeepAlive() && !asksToClose();
  }

  /** Safe to send twice: a safe method without a body, or the client says that it is. */
  public boolean isIdempotent() {
    return (method != Method.OTHER && !hasBody())
        || has(HeaderName.IDEMPOTENCY_KEY)
        || has(HeaderName.X_IDEMPOTENCY_KEY);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
