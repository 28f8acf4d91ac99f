package bellows.router.http2;

import bellows.router.http1.AsciiWriter;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** Reads the fields of HTTP/2 out of a head that the router itself has written as HTTP/1.1. */
public final class HeadFields {
  private static final int USUAL_FIELDS = 16;
  private static final int STATUS_START = "HTTP/1.1 ".length();
  private static final AsciiString[] STATUSES = new AsciiString[600];

  /** What only HTTP/1.1 says, with the answer to its WebSocket key. */
  private static final AsciiString[] DROPPED = {
    AsciiString.cached("connection"),
    AsciiString.cached("keep-alive"),
    AsciiString.cached("transfer-encoding"),
    AsciiString.cached("upgrade"),
    AsciiString.cached("sec-websocket-accept"),
  };

  static {
    for (int status = 100; status < STATUSES.length; status++) {
      STATUSES[status] = AsciiString.cached(Integer.toString(status));
    }
  }

  private HeadFields() {}

  /**
   * The fields of a response.
   *
   * @param status in place of the one written; 0 for that
   */
  public static Http2Headers response(AsciiWriter head, int status) {
    byte[] text = head.bytes();
    int written =
        (text[STATUS_START] - '0') * 100
            + (text[STATUS_START + 1] - '0') * 10
            + text[STATUS_START + 2]
            - '0';
    Http2Headers fields = new DefaultHttp2Headers(false, USUAL_FIELDS);
    fields.status(STATUSES[status == 0 ? written : status]);
    readFields(text, nextLine(text, 0), fields);
    return fields;
  }

  /** The fields of a request, without {@code Host}, which became {@code :authority}. */
  public static Http2Headers request(AsciiWriter head, AsciiString scheme) {
    byte[] text = head.bytes();
    int methodEnd = indexOf(text, 0, (byte) ' ');
    int pathEnd = indexOf(text, methodEnd + 1, (byte) ' ');
    int host = nextLine(text, 0) + "Host: ".length();
    int hostEnd = indexOf(text, host, (byte) '\r');
    Http2Headers fields = new DefaultHttp2Headers(false, USUAL_FIELDS);
    fields.method(copy(text, 0, methodEnd));
    fields.scheme(scheme);
    fields.authority(copy(text, host, hostEnd));
    fields.path(copy(text, methodEnd + 1, pathEnd));
    readFields(text, nextLine(text, host), fields);
    return fields;
  }

  /** Where the body begins that stands behind the head. */
  public static int bodyStart(AsciiWriter whole) {
    byte[] text = whole.bytes();
    int line = nextLine(text, 0);
    while (text[line] != '\r') {
      line = nextLine(text, line);
    }
    return line + 2;
  }

  private static void readFields(byte[] text, int from, Http2Headers fields) {
    int line = from;
    while (text[line] != '\r') {
      int colon = indexOf(text, line, (byte) ':');
      int value = colon + 2;
      int end = indexOf(text, value, (byte) '\r');
      AsciiString name = lowerCase(text, line, colon);
      if (name != null) {
        fields.add(name, copy(text, value, end));
      }
      line = end + 2;
    }
  }

  /** The name in lower case; null for one that HTTP/2 does not have. */
  private static @Nullable AsciiString lowerCase(byte[] text, int from, int to) {
    byte[] lower = new byte[to - from];
    for (int i = 0; i < lower.length; i++) {
      byte b = text[from + i];
      lower[i] = b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
    }
    AsciiString name = new AsciiString(lower, false);
    for (AsciiString dropped : DROPPED) {
      if (dropped.equals(name)) {
        return null;
      }
    }
    return name;
  }

  private static AsciiString copy(byte[] text, int from, int to) {
    return new AsciiString(text, from, to - from, true);
  }

  private static int nextLine(byte[] text, int from) {
    return indexOf(text, from, (byte) '\n') + 1;
  }

  private static int indexOf(byte[] text, int from, byte wanted) {
    int at = from;
    while (text[at] != wanted) {
      at++;
    }
    return at;
  }
}
