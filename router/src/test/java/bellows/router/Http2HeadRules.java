package bellows.router;

import static bellows.router.Http2Rule.APP;
import static bellows.router.Http2Rule.PROTOCOL_ERROR;
import static bellows.router.Http2Rule.rule;
import static bellows.router.Http2Rule.says;
import static bellows.router.Http2Rule.streamError;
import static bellows.router.testing.RawHttp2.DATA;
import static bellows.router.testing.RawHttp2.END_HEADERS;
import static bellows.router.testing.RawHttp2.END_STREAM;
import static bellows.router.testing.RawHttp2.GOAWAY;
import static bellows.router.testing.RawHttp2.HEADERS;
import static bellows.router.testing.RawHttp2.RST_STREAM;
import static bellows.router.testing.RawHttp2.block;
import static bellows.router.testing.RawHttp2.chars;
import static bellows.router.testing.RawHttp2.request;
import static org.assertj.core.api.Assertions.assertThat;

import bellows.router.testing.RawHttp2;
import bellows.router.testing.RawHttp2.Frame;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What makes a request malformed (RFC 9113, section 8.1.1): its stream ends, and no other. */
final class Http2HeadRules {
  private static final int ALL_HEADERS = END_HEADERS | END_STREAM;

  /** By its place in the static table of HPACK. */
  private static final String BAD_REQUEST = chars(0x8c);

  /** A head that is malformed in itself. */
  private record Head(String section, String name, String block) {}

  private static final List<Head> HEADS =
      List.of(
          field("8.2.1, http2/8.1.2/1", "upper case", "X-Test", "1"),
          field("8.2.1", "upper case within", "x-tesT", "1"),
          field("8.2.1", "empty name", "", "1"),
          field("8.2.1", "blank in a name", "x test", "1"),
          field("8.2.1", "colon in a name", "x:test", "1"),
          field("8.2.1", "line feed in a name", "x\ntest", "1"),
          field("8.2.1", "DEL in a name", "x\u007ftest", "1"),
          field("8.2.1", "beyond ASCII in a name", "x\u00e9", "1"),
          field("8.2.1", "line feed in a value", "x-test", "1\nx-other: 2"),
          field("8.2.1", "carriage return in a value", "x-test", "1\r\nx-other: 2"),
          field("8.2.1", "bare carriage return in a value", "x-test", "1\rx"),
          field("8.2.1", "NUL in a value", "x-test", "1\u0000"),
          field("8.2.1", "blank before a value", "x-test", " 1"),
          field("8.2.1", "blank after a value", "x-test", "1 "),
          field("8.2.1", "tab after a value", "x-test", "1\t"),
          field("8.2.1", "line feed in a cookie", "cookie", "a=b\nx: 1"),
          field("8.2.2, http2/8.1.2.2/1", "connection", "connection", "keep-alive"),
          field("8.2.2", "keep-alive", "keep-alive", "timeout=5"),
          field("8.2.2", "proxy-connection", "proxy-connection", "close"),
          field("8.2.2", "transfer-encoding", "transfer-encoding", "chunked"),
          field("8.2.2", "upgrade", "upgrade", "websocket"),
          field("8.2.2, http2/8.1.2.2/2", "te", "te", "trailers, deflate"),
          field("8.3, http2/8.1.2.1/1", "unknown pseudo-header", ":test", "1"),
          field("8.3, http2/8.1.2.1/2", "pseudo-header of responses", ":status", "200"),
          head(
              "8.3, http2/8.1.2.1/4",
              "pseudo-header after a field",
              block(":method", "GET", ":scheme", "http", "x-test", "1", ":path", "/malformed")),
          head(
              "8.3.1, http2/8.1.2.3/2",
              "no method",
              block(":scheme", "http", ":path", "/malformed", ":authority", APP)),
          head(
              "8.3.1, http2/8.1.2.3/3",
              "no scheme",
              block(":method", "GET", ":path", "/malformed", ":authority", APP)),
          head(
              "8.3.1, http2/8.1.2.3/4",
              "no path",
              block(":method", "GET", ":scheme", "http", ":authority", APP)),
          head("8.3.1, http2/8.1.2.3/1", "empty path", request(APP, "")),
          field("8.3.1, http2/8.1.2.3/5", "second method", ":method", "POST"),
          field("8.3.1, http2/8.1.2.3/6", "second scheme", ":scheme", "https"),
          field("8.3.1, http2/8.1.2.3/7", "second path", ":path", "/other"),
          field("8.3.1", "second authority", ":authority", "other.test"),
          field("8.3.1", "another host", "host", "other.test"),
          head("8.3.1", "path with a scheme", request(APP, "http://other.test/malformed")),
          head("8.3.1", "path with a blank", request(APP, "/malformed HTTP/1.1")),
          head("8.3.1", "path with a line feed", request(APP, "/malformed\r\nX: 1")),
          head("8.3.1", "path with a fragment", request(APP, "/malformed#b")),
          head("8.3.1", "path that is a name", request(APP, "malformed")),
          head("8.3.1", "method with a blank", beginning("GET /", "http", APP)),
          head("8.3.1", "empty method", beginning("", "http", APP)),
          head("8.3.1", "other scheme", beginning("GET", "ftp", APP)),
          head("8.3.1", "authority with a line feed", request(APP + "\r\nX: 1", "/malformed")),
          head("8.5", "tunnel to anywhere", block(":method", "CONNECT", ":authority", APP + ":80")),
          head(
              "8441 4",
              "tunnel by an unknown protocol",
              block(":method", "CONNECT", ":protocol", "connect-udp", ":scheme", "http")
                  + block(":path", "/malformed", ":authority", APP)),
          field("8441 4", "protocol without a tunnel", ":protocol", "websocket"),
          field("8.1.1, http2/8.1.2.6/1", "length of no body", "content-length", "5"),
          field("8.1.1", "length below nothing", "content-length", "-1"),
          head(
              "8.1.1",
              "two lengths",
              request(APP, "/malformed", "content-length", "0", "content-length", "1")));

  static final List<Http2Rule> ALL =
      Stream.concat(HEADS.stream().map(Http2HeadRules::refused), messages().stream()).toList();

  private Http2HeadRules() {}

  /** The field blocks of malformed heads. */
  static Stream<String> malformedBlocks() {
    return HEADS.stream().map(Head::block);
  }

  private static Head head(String section, String name, String block) {
    return new Head(section, name, block);
  }

  private static Head field(String section, String name, String field, String value) {
    return head(section, name, request(APP, "/malformed", field, value));
  }

  private static String beginning(String method, String scheme, String authority) {
    return block(":method", method, ":scheme", scheme, ":path", "/malformed")
        + block(":authority", authority);
  }

  private static Http2Rule refused(Head head) {
    return rule(
        head.section,
        head.name,
        client -> client.frame(HEADERS, ALL_HEADERS, 1, head.block),
        streamError(1, PROTOCOL_ERROR));
  }

  /** Requests whose heads alone would be well. */
  private static List<Http2Rule> messages() {
    return List.of(
        message(
            "8.1, http2/8.1/1",
            "a second head",
            "",
            client -> client.frame(HEADERS, END_HEADERS, 1, block("x-test", "1"))),
        message(
            "8.1, http2/8.1.2.1/3",
            "a pseudo-header in trailers",
            "",
            client -> client.frame(HEADERS, ALL_HEADERS, 1, block(":method", "200"))),
        message(
            "8.2.1",
            "upper case in trailers",
            "",
            client -> client.frame(HEADERS, ALL_HEADERS, 1, block("X-Test", "1"))),
        message(
            "8.2.2",
            "a field of the connection in trailers",
            "",
            client -> client.frame(HEADERS, ALL_HEADERS, 1, block("transfer-encoding", "chunked"))),
        message(
            "8.1.1, http2/8.1.2.6/1",
            "a body shorter than its length",
            "9",
            client -> client.frame(DATA, END_STREAM, 1, "test")),
        message(
            "8.1.1, http2/8.1.2.6/2",
            "a body in pieces shorter than its length",
            "9",
            client -> client.frame(DATA, 0, 1, "te").frame(DATA, END_STREAM, 1, "st")),
        message(
            "8.1.1",
            "a body longer than its length",
            "3",
            client -> client.frame(DATA, END_STREAM, 1, "test")),
        message(
            "8.1.1",
            "trailers before the end of the length",
            "9",
            client ->
                client
                    .frame(DATA, 0, 1, "test")
                    .frame(HEADERS, ALL_HEADERS, 1, block("x-test", "1"))),
        rule(
            "5.4.2",
            "another head for a stream whose first was refused",
            client ->
                client
                    .frame(HEADERS, ALL_HEADERS, 1, request(APP, "/malformed", "X-Test", "1"))
                    .frame(HEADERS, ALL_HEADERS, 1, request(APP, "/malformed")),
            streamError(1, PROTOCOL_ERROR)),
        rule(
            "5.4.2",
            "a body that was on its way when its head was refused",
            client ->
                client
                    .frame(HEADERS, END_HEADERS, 1, request(APP, "/malformed", "X-Test", "1"))
                    .frame(DATA, 0, 1, "te")
                    .frame(DATA, END_STREAM, 1, "st"),
            streamError(1, PROTOCOL_ERROR)),
        rule(
            "8.3.1",
            "an authority with a user",
            client -> client.frame(HEADERS, ALL_HEADERS, 1, request("u@" + APP, "/malformed")),
            says(BAD_REQUEST)),
        rule(
            "10.5.1",
            "too many fields",
            client -> client.frame(HEADERS, ALL_HEADERS, 1, request(APP, "/malformed") + many()),
            says("431")),
        rule(
            "10.5.1",
            "one large field again and again",
            client -> client.frame(HEADERS, ALL_HEADERS, 1, request(APP, "/malformed") + bomb()),
            client -> {
              Frame end =
                  client.read(frame ->
                      frame.type() == RST_STREAM
                          || frame.type() == GOAWAY
                          || frame.payload().contains("431"));
              assertThat(end.isEnd()).isFalse();
            }));
  }

  private static String many() {
    StringBuilder fields = new StringBuilder();
    for (int i = 0; i <= 100; i++) {
      fields.append(block("x-" + i, "1"));
    }
    return fields.toString();
  }

  /** A field of 4,000 bytes to index, then named by a byte each. */
  private static String bomb() {
    return chars(0x40, 1) + "a" + chars(127, 161, 30) + "x".repeat(4000) + chars(0xbe).repeat(8000);
  }

  private static Http2Rule message(
      String section, String name, String length, Consumer<RawHttp2> rest) {
    String head =
        block(":method", "POST", ":scheme", "http", ":path", "/malformed", ":authority", APP)
            + (length.isEmpty() ? "" : block("content-length", length));
    return rule(
        section,
        name,
        client -> rest.accept(client.frame(HEADERS, END_HEADERS, 1, head)),
        streamError(1, PROTOCOL_ERROR));
  }
}
