package bellows.router.http1;

/** Why a message is refused. All but the last group end the connection with 400. */
public enum Flaw {
  BARE_LINE_FEED("a line that does not end with CRLF"),
  REQUEST_LINE("malformed request line"),
  STATUS_LINE("malformed status line"),
  METHOD("method not accepted"),
  TARGET("malformed request target"),
  FOLDED_HEADER("folded header line"),
  HEADER_NAME("malformed header name"),
  HEADER_VALUE("illegal character in a header value"),
  HOST_COUNT("not exactly one Host header"),
  HOST_VALUE("malformed Host header"),
  HOST_TARGET("Host header and request target differ"),
  CONTENT_LENGTH("malformed or repeated Content-Length"),
  TRANSFER_ENCODING("Transfer-Encoding other than chunked"),
  LENGTH_AND_ENCODING("both Content-Length and Transfer-Encoding"),
  ENCODING_IN_HTTP_1_0("Transfer-Encoding in HTTP/1.0"),
  CHUNK("malformed chunk"),
  TRAILER("malformed trailer"),
  HTTP2_FIELDS("fields that no HTTP/2 request may have"),

  /** Not HTTP/1.0 or 1.1. */
  VERSION("HTTP version not supported"),
  EXPECTATION(417, "expectation other than 100-continue"),
  URI_TOO_LONG(414, "request target too long"),
  HEADER_TOO_LARGE(431, "header too large"),
  TOO_MANY_HEADERS(431, "too many headers");

  private final int status;
  private final String text;

  Flaw(String text) {
    this(400, text);
  }

  Flaw(int status, String text) {
    this.status = status;
    this.text = text;
  }

  /** The status of the answer when a client's message has it. */
  public int status() {
    return status;
  }

  /** For people. */
  public String text() {
    return text;
  }
}
