package bellows.router.pipeline;

import java.nio.charset.StandardCharsets;

/** Pieces of heads that are written again and again. */
final class Lines {
  static final byte[] VERSION_AND_HOST = ascii(" HTTP/1.1\r\nHost: ");
  static final byte[] STATUS = ascii("HTTP/1.1 ");
  static final byte[] COLON = ascii(": ");
  static final byte[] COMMA = ascii(", ");
  static final byte[] REQUEST_ID = ascii("X-Vcap-Request-Id: ");
  static final byte[] CONTENT_LENGTH = ascii("Content-Length: ");
  static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");
  static final byte[] UPGRADE = ascii("Connection: Upgrade\r\nUpgrade: websocket\r\n");
  static final byte[] CLOSE = ascii("Connection: close\r\n");
  static final byte[] KEEP_ALIVE = ascii("Connection: keep-alive\r\n");
  static final byte[] FORWARDED_FOR = ascii("X-Forwarded-For: ");
  static final byte[] FORWARDED_PLAIN = ascii("X-Forwarded-Proto: http\r\n");
  static final byte[] FORWARDED_TLS = ascii("X-Forwarded-Proto: https\r\n");
  static final byte[] FORWARDED_HOST = ascii("X-Forwarded-Host: ");
  static final byte[] FORWARDED_CERTIFICATE = ascii("X-Forwarded-Client-Cert: ");
  static final byte[] REQUEST_START = ascii("X-Request-Start: ");
  static final byte[] SET_COOKIE = ascii("Set-Cookie: ");
  static final byte[] SERVER_TIMING = ascii("Server-Timing: route;dur=");
  static final byte[] ROUTER_ERROR = ascii("X-Cf-RouterError: ");

  /** The whole answer to what is not HTTP/1. */
  static final byte[] NOT_HTTP_1 = ascii("HTTP/1.0 400 Bad Request\r\n\r\n");

  private Lines() {}

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
