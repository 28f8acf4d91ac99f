package bellows.router;

import static bellows.router.Http2Rule.APP;
import static bellows.router.Http2Rule.FLOW_CONTROL_ERROR;
import static bellows.router.Http2Rule.FRAME_SIZE_ERROR;
import static bellows.router.Http2Rule.PROTOCOL_ERROR;
import static bellows.router.Http2Rule.SILENT;
import static bellows.router.Http2Rule.connectionError;
import static bellows.router.Http2Rule.frame;
import static bellows.router.Http2Rule.rule;
import static bellows.router.Http2Rule.streamError;
import static bellows.router.testing.RawHttp2.ACK;
import static bellows.router.testing.RawHttp2.CONTINUATION;
import static bellows.router.testing.RawHttp2.DATA;
import static bellows.router.testing.RawHttp2.END_HEADERS;
import static bellows.router.testing.RawHttp2.END_STREAM;
import static bellows.router.testing.RawHttp2.GOAWAY;
import static bellows.router.testing.RawHttp2.HEADERS;
import static bellows.router.testing.RawHttp2.PADDED;
import static bellows.router.testing.RawHttp2.PING;
import static bellows.router.testing.RawHttp2.PRIORITY;
import static bellows.router.testing.RawHttp2.PUSH_PROMISE;
import static bellows.router.testing.RawHttp2.RST_STREAM;
import static bellows.router.testing.RawHttp2.SETTINGS;
import static bellows.router.testing.RawHttp2.WINDOW_UPDATE;
import static bellows.router.testing.RawHttp2.WITH_PRIORITY;
import static bellows.router.testing.RawHttp2.chars;
import static bellows.router.testing.RawHttp2.number;
import static bellows.router.testing.RawHttp2.request;
import static bellows.router.testing.RawHttp2.setting;

import bellows.router.testing.RawHttp2;
import java.util.List;
import java.util.function.Consumer;

/** What a frame must not be, whatever stream it is for. */
final class Http2FrameRules {
  private static final int ALL_HEADERS = END_HEADERS | END_STREAM;
  private static final int UNKNOWN_FRAME = 0x16;
  private static final int MOST = 16_384;
  private static final String GET = request(APP, "/malformed");
  private static final Consumer<RawHttp2> PROTOCOL = connectionError(PROTOCOL_ERROR);
  private static final Consumer<RawHttp2> SIZE = connectionError(FRAME_SIZE_ERROR);
  private static final Consumer<RawHttp2> FLOW = connectionError(FLOW_CONTROL_ERROR);

  static final List<Http2Rule> ALL =
      List.of(
          frame(
              "4.2, http2/4.2/2", "DATA beyond the limit", DATA, 0, 1, "x".repeat(MOST + 1), SIZE),
          frame(
              "4.2, http2/4.2/3",
              "HEADERS beyond the limit",
              HEADERS,
              ALL_HEADERS,
              1,
              GET + "x".repeat(MOST),
              SIZE),
          within(
              "4.3, http2/4.3/2 and 6.2/1",
              "PRIORITY",
              client -> client.frame(PRIORITY, 0, 1, number(0) + chars(255))),
          within(
              "4.3, http2/4.3/3 and 6.2/2",
              "HEADERS of another stream",
              client -> client.frame(HEADERS, ALL_HEADERS, 3, GET)),
          within(
              "5.5, http2/5.5/2", "unknown frame", client -> client.frame(UNKNOWN_FRAME, 0, 0, "")),
          within("6.10, http2/6.10/2", "DATA", client -> client.frame(DATA, END_STREAM, 1, "x")),
          within("6.10", "PING", client -> client.frame(PING, 0, 0, "12345678")),
          within("6.10", "RST_STREAM", client -> client.frame(RST_STREAM, 0, 1, number(8))),
          within("6.10", "SETTINGS", client -> client.frame(SETTINGS, 0, 0, "")),
          within("6.10", "GOAWAY", client -> client.frame(GOAWAY, 0, 0, number(0) + number(0))),
          within("6.10", "WINDOW_UPDATE", client -> client.frame(WINDOW_UPDATE, 0, 0, number(1))),
          within(
              "6.10",
              "CONTINUATION of another stream",
              client -> client.frame(CONTINUATION, END_HEADERS, 3, "")),
          within(
              "6.10, http2/6.10/3",
              "CONTINUATION of the connection",
              client -> client.frame(CONTINUATION, END_HEADERS, 0, "")),
          rule(
              "6.10, http2/6.10/4",
              "CONTINUATION of a complete head",
              client ->
                  client
                      .frame(HEADERS, END_HEADERS, 1, request(SILENT, "/"))
                      .frame(CONTINUATION, END_HEADERS, 1, ""),
              PROTOCOL),
          rule(
              "6.10, http2/6.10/5",
              "CONTINUATION after the last one",
              client ->
                  client
                      .frame(HEADERS, 0, 1, request(SILENT, "/"))
                      .frame(CONTINUATION, END_HEADERS, 1, "")
                      .frame(CONTINUATION, END_HEADERS, 1, ""),
              PROTOCOL),
          rule(
              "6.10, http2/6.10/6",
              "CONTINUATION after DATA",
              client ->
                  client
                      .frame(HEADERS, END_HEADERS, 1, request(SILENT, "/"))
                      .frame(DATA, 0, 1, "x")
                      .frame(CONTINUATION, END_HEADERS, 1, ""),
              PROTOCOL),
          frame("6.1, http2/6.1/1", "DATA of the connection", DATA, 0, 0, "x", PROTOCOL),
          rule(
              "6.1, http2/6.1/3",
              "more padding than DATA",
              client ->
                  client
                      .frame(HEADERS, END_HEADERS, 1, request(SILENT, "/"))
                      .frame(DATA, END_STREAM | PADDED, 1, chars(5) + "test"),
              PROTOCOL),
          rule(
              "6.1",
              "padded DATA without the length of the padding",
              client ->
                  client
                      .frame(HEADERS, END_HEADERS, 1, request(SILENT, "/"))
                      .frame(DATA, PADDED, 1, ""),
              streamError(1, FRAME_SIZE_ERROR)),
          frame(
              "6.2, http2/6.2/3",
              "HEADERS of the connection",
              HEADERS,
              ALL_HEADERS,
              0,
              GET,
              PROTOCOL),
          frame(
              "6.2, http2/6.2/4",
              "more padding than HEADERS",
              HEADERS,
              ALL_HEADERS | PADDED,
              1,
              chars(200) + GET,
              PROTOCOL),
          frame(
              "6.2",
              "HEADERS too short for a priority",
              HEADERS,
              ALL_HEADERS | WITH_PRIORITY,
              1,
              number(0),
              SIZE),
          frame(
              "6.3, http2/6.3/1",
              "PRIORITY of the connection",
              PRIORITY,
              0,
              0,
              number(1) + chars(255),
              PROTOCOL),
          frame(
              "6.3, http2/6.3/2",
              "short PRIORITY",
              PRIORITY,
              0,
              1,
              number(0),
              streamError(1, FRAME_SIZE_ERROR)),
          frame(
              "6.4, http2/6.4/1",
              "RST_STREAM of the connection",
              RST_STREAM,
              0,
              0,
              number(8),
              PROTOCOL),
          rule(
              "6.4, http2/6.4/3",
              "short RST_STREAM",
              client -> client.get(1, SILENT).frame(RST_STREAM, 0, 1, "\0\0\0"),
              SIZE),
          frame(
              "6.5, http2/6.5/1",
              "SETTINGS that acknowledge and say",
              SETTINGS,
              ACK,
              0,
              setting(3, 1),
              SIZE),
          frame(
              "6.5, http2/6.5/2", "SETTINGS of a stream", SETTINGS, 0, 1, setting(3, 1), PROTOCOL),
          frame("6.5, http2/6.5/3", "odd SETTINGS", SETTINGS, 0, 0, "abc", SIZE),
          frame("6.5.2, http2/6.5.2/1", "push of 2", SETTINGS, 0, 0, setting(2, 2), PROTOCOL),
          frame(
              "6.5.2, http2/6.5.2/2 and 6.9.2/3",
              "a window beyond all windows",
              SETTINGS,
              0,
              0,
              setting(4, 1 << 31),
              FLOW),
          frame(
              "6.5.2, http2/6.5.2/3",
              "frames too small",
              SETTINGS,
              0,
              0,
              setting(5, MOST - 1),
              PROTOCOL),
          frame(
              "6.5.2, http2/6.5.2/4",
              "frames too large",
              SETTINGS,
              0,
              0,
              setting(5, 1 << 24),
              PROTOCOL),
          frame("8441 3", "a tunnel of 2", SETTINGS, 0, 0, setting(8, 2), PROTOCOL),
          frame(
              "8.4, http2/8.2/1",
              "PUSH_PROMISE",
              PUSH_PROMISE,
              END_HEADERS,
              1,
              number(2) + GET,
              PROTOCOL),
          frame("6.7, http2/6.7/3", "PING of a stream", PING, 0, 1, "12345678", PROTOCOL),
          frame("6.7, http2/6.7/4, 5.4.1/1 and 5.4.1/2", "short PING", PING, 0, 0, "123456", SIZE),
          frame(
              "6.8, http2/6.8/1",
              "GOAWAY of a stream",
              GOAWAY,
              0,
              1,
              number(0) + number(0),
              PROTOCOL),
          frame("6.8", "short GOAWAY", GOAWAY, 0, 0, number(0), SIZE),
          frame(
              "6.9, http2/6.9/1",
              "WINDOW_UPDATE by nothing",
              WINDOW_UPDATE,
              0,
              0,
              number(0),
              PROTOCOL),
          rule(
              "6.9, http2/6.9/2",
              "WINDOW_UPDATE of a stream by nothing",
              client -> client.get(1, SILENT).frame(WINDOW_UPDATE, 0, 1, number(0)),
              streamError(1, PROTOCOL_ERROR)),
          frame("6.9, http2/6.9/3", "short WINDOW_UPDATE", WINDOW_UPDATE, 0, 0, "abc", SIZE),
          rule(
              "6.9.1, http2/6.9.1/2",
              "a window of the connection beyond all windows",
              client ->
                  client
                      .frame(WINDOW_UPDATE, 0, 0, number(Integer.MAX_VALUE))
                      .frame(WINDOW_UPDATE, 0, 0, number(Integer.MAX_VALUE)),
              FLOW),
          rule(
              "6.9.1, http2/6.9.1/3",
              "a window of a stream beyond all windows",
              client ->
                  client
                      .get(1, SILENT)
                      .frame(WINDOW_UPDATE, 0, 1, number(Integer.MAX_VALUE))
                      .frame(WINDOW_UPDATE, 0, 1, number(Integer.MAX_VALUE)),
              streamError(1, FLOW_CONTROL_ERROR)),
          rule(
              "6.9.2",
              "a window of a stream beyond all windows by a setting",
              client ->
                  client
                      .get(1, SILENT)
                      .frame(WINDOW_UPDATE, 0, 1, number(Integer.MAX_VALUE - 65_535))
                      .frame(SETTINGS, 0, 0, setting(4, 65_536)),
              FLOW));

  private Http2FrameRules() {}

  /** A frame where only more of a head may come. */
  private static Http2Rule within(String section, String name, Consumer<RawHttp2> between) {
    return rule(
        section,
        name + " within a head",
        client -> between.accept(client.frame(HEADERS, END_STREAM, 1, GET)),
        PROTOCOL);
  }
}
