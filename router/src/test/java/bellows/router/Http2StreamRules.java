package bellows.router;

import static bellows.router.Http2Rule.APP;
import static bellows.router.Http2Rule.ENHANCE_YOUR_CALM;
import static bellows.router.Http2Rule.PROTOCOL_ERROR;
import static bellows.router.Http2Rule.REFUSED_STREAM;
import static bellows.router.Http2Rule.SILENT;
import static bellows.router.Http2Rule.STREAM_CLOSED;
import static bellows.router.Http2Rule.answers;
import static bellows.router.Http2Rule.connectionError;
import static bellows.router.Http2Rule.frame;
import static bellows.router.Http2Rule.rule;
import static bellows.router.Http2Rule.streamError;
import static bellows.router.testing.RawHttp2.CONTINUATION;
import static bellows.router.testing.RawHttp2.DATA;
import static bellows.router.testing.RawHttp2.END_HEADERS;
import static bellows.router.testing.RawHttp2.END_STREAM;
import static bellows.router.testing.RawHttp2.HEADERS;
import static bellows.router.testing.RawHttp2.PING;
import static bellows.router.testing.RawHttp2.PRIORITY;
import static bellows.router.testing.RawHttp2.RST_STREAM;
import static bellows.router.testing.RawHttp2.WINDOW_UPDATE;
import static bellows.router.testing.RawHttp2.WITH_PRIORITY;
import static bellows.router.testing.RawHttp2.block;
import static bellows.router.testing.RawHttp2.chars;
import static bellows.router.testing.RawHttp2.number;
import static bellows.router.testing.RawHttp2.request;
import static org.assertj.core.api.Assertions.assertThat;

import bellows.router.testing.RawHttp2;
import java.util.List;
import java.util.function.Consumer;

/** Which frames a stream may have in which state, and which streams there may be. */
final class Http2StreamRules {
  private static final int ALL_HEADERS = END_HEADERS | END_STREAM;
  private static final int MOST = 100;
  private static final int WINDOW = 64 * 1024;
  private static final int PIECE = 8 * 1024;
  private static final String GET = request(APP, "/malformed");
  private static final Consumer<RawHttp2> PROTOCOL = connectionError(PROTOCOL_ERROR);
  private static final Consumer<RawHttp2> CLOSED = streamError(1, STREAM_CLOSED);

  private static final Consumer<RawHttp2> HALF_CLOSE = client -> client.get(1, SILENT);
  private static final Consumer<RawHttp2> RESET =
      HALF_CLOSE.andThen(client -> client.frame(RST_STREAM, 0, 1, number(8)));
  private static final Consumer<RawHttp2> END = client -> client.get(1, APP).read(DATA);

  static final List<Http2Rule> ALL =
      List.of(
          frame("5.1, http2/5.1/1", "DATA of an idle stream", DATA, 0, 1, "x", PROTOCOL),
          frame(
              "5.1, http2/5.1/2 and 6.4/2",
              "RST_STREAM of an idle stream",
              RST_STREAM,
              0,
              1,
              number(8),
              PROTOCOL),
          frame(
              "5.1, http2/5.1/3",
              "WINDOW_UPDATE of an idle stream",
              WINDOW_UPDATE,
              0,
              1,
              number(8),
              PROTOCOL),
          frame(
              "5.1, http2/5.1/4",
              "CONTINUATION of an idle stream",
              CONTINUATION,
              END_HEADERS,
              1,
              "",
              PROTOCOL),
          frame("5.1", "DATA of a stream that we would begin", DATA, 0, 2, "x", PROTOCOL),
          frame(
              "5.1",
              "RST_STREAM of a stream that we would begin",
              RST_STREAM,
              0,
              2,
              number(8),
              PROTOCOL),
          frame(
              "5.1",
              "WINDOW_UPDATE of a stream that we would begin",
              WINDOW_UPDATE,
              0,
              2,
              number(8),
              PROTOCOL),
          rule(
              "5.1, http2/5.1/5 and 6.1/2",
              "DATA of a half-closed stream",
              HALF_CLOSE.andThen(client -> client.frame(DATA, END_STREAM, 1, "x")),
              CLOSED),
          rule(
              "5.1, http2/5.1/6",
              "HEADERS of a half-closed stream",
              HALF_CLOSE.andThen(client -> client.frame(HEADERS, ALL_HEADERS, 1, GET)),
              CLOSED),
          rule(
              "5.1, http2/5.1/7",
              "CONTINUATION of a half-closed stream",
              HALF_CLOSE.andThen(client -> client.frame(CONTINUATION, END_HEADERS, 1, GET)),
              connectionError(PROTOCOL_ERROR, STREAM_CLOSED)),
          rule(
              "5.1, http2/5.1/8",
              "DATA of a reset stream",
              RESET.andThen(client -> client.frame(DATA, END_STREAM, 1, "x")),
              connectionError(STREAM_CLOSED)),
          rule(
              "5.1, http2/5.1/9",
              "HEADERS of a reset stream",
              RESET.andThen(client -> client.frame(HEADERS, ALL_HEADERS, 1, GET)),
              connectionError(STREAM_CLOSED)),
          rule(
              "5.1, http2/5.1/10",
              "CONTINUATION of a reset stream",
              RESET.andThen(client -> client.frame(CONTINUATION, END_HEADERS, 1, GET)),
              connectionError(PROTOCOL_ERROR, STREAM_CLOSED)),
          rule(
              "5.1, http2/5.1/11",
              "DATA of an ended stream",
              END.andThen(client -> client.frame(DATA, END_STREAM, 1, "x")),
              connectionError(STREAM_CLOSED)),
          rule(
              "5.1, http2/5.1/12",
              "HEADERS of an ended stream",
              END.andThen(client -> client.frame(HEADERS, ALL_HEADERS, 1, GET)),
              connectionError(STREAM_CLOSED)),
          rule(
              "5.1, http2/5.1/13",
              "CONTINUATION of an ended stream",
              END.andThen(client -> client.frame(CONTINUATION, END_HEADERS, 1, GET)),
              connectionError(PROTOCOL_ERROR, STREAM_CLOSED)),
          frame(
              "5.1.1, http2/5.1.1/1",
              "HEADERS of a stream that we would begin",
              HEADERS,
              ALL_HEADERS,
              2,
              GET,
              PROTOCOL),
          rule(
              "5.1.1, http2/5.1.1/2",
              "a stream below the last one",
              client -> client.get(5, SILENT).frame(HEADERS, ALL_HEADERS, 3, GET),
              PROTOCOL),
          rule(
              "5.1.2, http2/5.1.2/1",
              "more streams than agreed",
              client -> oneTooMany(client).frame(DATA, END_STREAM, 2 * MOST + 1, "on its way"),
              Http2StreamRules::refused),
          rule(
              "5.1.2",
              "the end of a stream more than agreed",
              client -> oneTooMany(client).frame(RST_STREAM, 0, 2 * MOST + 1, number(8)),
              Http2StreamRules::refused),
          rule(
              "5.1.2",
              "a larger window of a stream more than agreed",
              client -> oneTooMany(client).frame(WINDOW_UPDATE, 0, 2 * MOST + 1, number(8)),
              Http2StreamRules::refused),
          rule(
              "5.1",
              "bodies that were on their way when the answers had come",
              client -> {
                for (int stream = 1; stream < MOST; stream += 2) {
                  client.frame(HEADERS, END_HEADERS, stream, request("none.test", "/"));
                  RawHttp2.Frame end = client.read(RST_STREAM);
                  assertThat(end.stream()).isEqualTo(stream);
                  assertThat(end.errorCode()).isZero();
                  for (int piece = 0; piece < 5; piece++) {
                    client.frame(DATA, 0, stream, "x".repeat(10_000));
                  }
                  client.frame(HEADERS, ALL_HEADERS, stream, block("x-test", "1"));
                }
                client.get(MOST + 1, APP);
              },
              client ->
                  assertThat(
                          client
                              .read(frame -> frame.stream() == MOST + 1 && frame.type() == DATA)
                              .payload())
                      .isEqualTo(Http2Rule.BODY)),
          rule(
              "5.1",
              "a body in many small pieces that was on its way when the answer had come",
              client -> lateBody(client, 0),
              answers(3)),
          rule(
              "5.1",
              "more of a body than can have been on its way",
              client -> lateBody(client, WINDOW),
              connectionError(ENHANCE_YOUR_CALM)),
          frame(
              "7540 5.3.1, http2/5.3.1/1",
              "HEADERS of a stream that depends on itself",
              HEADERS,
              ALL_HEADERS | WITH_PRIORITY,
              1,
              number(1) + chars(255) + GET,
              PROTOCOL),
          frame(
              "7540 5.3.1, http2/5.3.1/2",
              "PRIORITY of a stream that depends on itself",
              PRIORITY,
              0,
              1,
              number(1) + chars(255),
              streamError(1, PROTOCOL_ERROR)));

  private Http2StreamRules() {}

  /** So much, and then thousands of small pieces, when stream 1 has been reset. */
  private static void lateBody(RawHttp2 client, int bytes) {
    client.frame(HEADERS, END_HEADERS, 1, request("none.test", "/")).read(RST_STREAM);
    for (int sent = 0; sent < bytes; sent += PIECE) {
      client.frame(DATA, 0, 1, "x".repeat(PIECE));
    }
    client.raw(RawHttp2.bytes(DATA, 0, 1, "small").repeat(3000)).get(3, APP);
  }

  private static void refused(RawHttp2 client) {
    RawHttp2.Frame end = client.read(RST_STREAM);
    assertThat(end.stream()).isEqualTo(2 * MOST + 1);
    assertThat(end.errorCode()).isIn(PROTOCOL_ERROR, REFUSED_STREAM);
    client.frame(PING, 0, 0, "12345678");
    assertThat(client.read(PING).isEnd()).isFalse();
  }

  private static RawHttp2 oneTooMany(RawHttp2 client) {
    for (int i = 0; i < MOST; i++) {
      client.get(2 * i + 1, SILENT);
    }
    return client.frame(HEADERS, END_HEADERS, 2 * MOST + 1, GET);
  }
}
