package bellows.router.http2;

import bellows.router.http1.Ascii;
import bellows.router.http1.AsciiWriter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Writes what came as HTTP/2 fields as a head of HTTP/1.1, once it is sure that no field can become
 * two. What is malformed in the sense of RFC 9113 section 8.1.1 is refused; what a head may hold
 * else is for the parser of HTTP/1 to say.
 */
public final class HeadText {
  private static final AsciiString METHOD = AsciiString.cached(":method");
  private static final AsciiString SCHEME = AsciiString.cached(":scheme");
  private static final AsciiString AUTHORITY = AsciiString.cached(":authority");
  private static final AsciiString PATH = AsciiString.cached(":path");
  private static final AsciiString PROTOCOL = AsciiString.cached(":protocol");
  private static final AsciiString STATUS = AsciiString.cached(":status");
  private static final AsciiString[] OF_REQUESTS = {METHOD, SCHEME, AUTHORITY, PATH, PROTOCOL};
  private static final AsciiString[] OF_RESPONSES = {STATUS};
  private static final AsciiString HOST = AsciiString.cached("host");
  private static final AsciiString COOKIE = AsciiString.cached("cookie");
  private static final AsciiString TE = AsciiString.cached("te");
  private static final AsciiString TRAILERS = AsciiString.cached("trailers");
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  private static final AsciiString CONNECT = AsciiString.cached("CONNECT");
  private static final AsciiString GET = AsciiString.cached("GET");
  private static final AsciiString WEBSOCKET = AsciiString.cached("websocket");

  private static final int KEY_BYTES = 16;

  /** Fields that speak of a connection: RFC 9113 section 8.2.2. */
  private static final Set<AsciiString> OF_A_CONNECTION =
      Set.of(
          AsciiString.cached("connection"),
          AsciiString.cached("keep-alive"),
          AsciiString.cached("proxy-connection"),
          AsciiString.cached("transfer-encoding"),
          AsciiString.cached("upgrade"));

  private HeadText() {}

  /**
   * Writes a request.
   *
   * @param ends there is no body
   * @param random for the key that a WebSocket needs in HTTP/1.1 and does not have here (RFC 8441)
   * @return false when it is malformed
   */
  public static boolean writeRequest(
      AsciiWriter out, Http2Headers headers, boolean ends, RandomGenerator random) {
    AsciiString method = pseudo(headers, METHOD);
    AsciiString path = pseudo(headers, PATH);
    AsciiString scheme = pseudo(headers, SCHEME);
    AsciiString protocol = pseudo(headers, PROTOCOL);
    if (method == null || path == null || scheme == null || !isScheme(scheme)) {
      return false;
    }
    boolean webSocket = method.equals(CONNECT) && WEBSOCKET.contentEqualsIgnoreCase(protocol);
    if (!isPath(path) || !isToken(method) || (protocol != null && !webSocket)) {
      return false;
    }
    put(out, webSocket ? GET : method);
    out.put((byte) ' ');
    put(out, path);
    out.put(" HTTP/1.1\r\n");
    if (!writeHost(out, headers) || !writeFields(out, headers, OF_REQUESTS)) {
      return false;
    }
    if (webSocket) {
      out.put("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: ");
      out.put(webSocketKey(random)).crlf();
    } else if (!ends && !headers.contains(CONTENT_LENGTH)) {
      out.put("Transfer-Encoding: chunked\r\n");
    }
    out.crlf();
    return true;
  }

  /**
   * Writes a response, interim or final.
   *
   * @param ends there is no body
   * @return false when it is malformed
   */
  public static boolean writeResponse(AsciiWriter out, Http2Headers headers, boolean ends) {
    AsciiString status = pseudo(headers, STATUS);
    if (status == null || status.length() != 3) {
      return false;
    }
    out.put("HTTP/1.1 ");
    put(out, status);
    out.put(" \r\n");
    if (!writeFields(out, headers, OF_RESPONSES)) {
      return false;
    }
    if (!ends && status.byteAt(0) != '1' && !headers.contains(CONTENT_LENGTH)) {
      out.put("Transfer-Encoding: chunked\r\n");
    }
    out.crlf();
    return true;
  }

  /**
   * Writes trailers as a head of their own.
   *
   * @return false when they are malformed
   */
  public static boolean writeTrailers(AsciiWriter out, Http2Headers trailers) {
    out.put("HTTP/1.1 200 \r\n");
    for (Map.Entry<CharSequence, CharSequence> field : trailers) {
      if (!writeField(out, AsciiString.of(field.getKey()), AsciiString.of(field.getValue()))) {
        return false;
      }
    }
    out.crlf();
    return true;
  }

  private static @Nullable AsciiString pseudo(Http2Headers headers, AsciiString name) {
    CharSequence value = headers.get(name);
    return value == null ? null : AsciiString.of(value);
  }

  private static boolean isScheme(AsciiString scheme) {
    return scheme.contentEqualsIgnoreCase("https") || scheme.contentEqualsIgnoreCase("http");
  }

  /** Only what can be a target of HTTP/1 in origin form, so that no other form is smuggled in. */
  private static boolean isPath(AsciiString path) {
    if (path.isEmpty() || (path.byteAt(0) != '/' && !path.contentEquals("*"))) {
      return false;
    }
    for (int i = 0; i < path.length(); i++) {
      byte b = path.byteAt(i);
      if (b <= ' ' || b == 127 || b == '#') {
        return false;
      }
    }
    return true;
  }

  private static boolean isToken(AsciiString text) {
    for (int i = 0; i < text.length(); i++) {
      if (!Ascii.isToken(text.byteAt(i))) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /** {@code :authority} and {@code host} are the same thing, so both must say the same. */
  private static boolean writeHost(AsciiWriter out, Http2Headers headers) {
    AsciiString authority = pseudo(headers, AUTHORITY);
    AsciiString host = pseudo(headers, HOST);
    if (headers.getAll(HOST).size() > 1
        || (authority != null && host != null && !authority.contentEqualsIgnoreCase(host))) {
      return false;
    }
    AsciiString meant = authority == null ? host : authority;
    if (meant != null) {
      if (!isValue(meant)) {
        return false;
      }
      out.put("Host: ");
      put(out, meant);
      out.crlf();
    }
    return true;
  }

  private static String webSocketKey(RandomGenerator random) {
    byte[] key = new byte[KEY_BYTES];
    random.nextBytes(key);
    return Base64.getEncoder().encodeToString(key);
  }

  /**
   * @param pseudos those that there may be, each once
   */
  private static boolean writeFields(AsciiWriter out, Http2Headers headers, AsciiString[] pseudos) {
    AsciiString cookies = null;
    int seen = 0;
    for (Map.Entry<CharSequence, CharSequence> field : headers) {
      AsciiString name = AsciiString.of(field.getKey());
      AsciiString value = AsciiString.of(field.getValue());
      if (name.isEmpty()) {
        return false;
      }
      if (name.byteAt(0) == ':') {
        int pseudo = indexOf(pseudos, name);
        if (pseudo < 0 || (seen & 1 << pseudo) != 0) {
          return false;
        }
        seen |= 1 << pseudo;
      } else if (name.equals(COOKIE)) {
        // RFC 9113 section 8.2.3: crumbs become one field again.
        if (!isValue(value)) {
          return false;
        }
        cookies = cookies == null ? value : AsciiString.of(cookies + "; " + value);
      } else if (!name.equals(HOST) && !writeField(out, name, value)) {
        return false;
      }
    }
    if (cookies != null) {
      out.put("cookie: ");
      put(out, cookies);
      out.crlf();
    }
    return true;
  }

  private static int indexOf(AsciiString[] names, AsciiString wanted) {
    int index = names.length - 1;
    while (index >= 0 && !names[index].equals(wanted)) {
      index--;
    }
    return index;
  }

  private static boolean writeField(AsciiWriter out, AsciiString name, AsciiString value) {
    if (!isName(name) || !isValue(value) || OF_A_CONNECTION.contains(name)) {
      return false;
    }
    if (name.equals(TE) && !value.contentEqualsIgnoreCase(TRAILERS)) {
      return false;
    }
    put(out, name);
    out.put(": ");
    put(out, value);
    out.crlf();
    return true;
  }

  private static boolean isName(AsciiString name) {
    for (int i = 0; i < name.length(); i++) {
      byte b = name.byteAt(i);
      if (!Ascii.isToken(b) || (b >= 'A' && b <= 'Z')) {
        return false;
      }
    }
    return !name.isEmpty();
  }

  private static boolean isValue(AsciiString value) {
    int length = value.length();
    for (int i = 0; i < length; i++) {
      if (!Ascii.isValue(value.byteAt(i))) {
        return false;
      }
    }
    return length == 0 || (!isBlank(value.byteAt(0)) && !isBlank(value.byteAt(length - 1)));
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  private static void put(AsciiWriter out, AsciiString text) {
    int from = text.arrayOffset();
    out.put(text.array(), from, from + text.length());
  }
}
