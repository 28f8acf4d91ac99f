package bellows.router;

import static bellows.router.Http2Rule.APP;
import static bellows.router.Http2Rule.answers;
import static bellows.router.Http2Rule.frame;
import static bellows.router.Http2Rule.ignored;
import static bellows.router.Http2Rule.rule;
import static bellows.router.Http2Rule.sends;
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
import static bellows.router.testing.RawHttp2.RST_STREAM;
import static bellows.router.testing.RawHttp2.SETTINGS;
import static bellows.router.testing.RawHttp2.WINDOW_UPDATE;
import static bellows.router.testing.RawHttp2.WITH_PRIORITY;
import static bellows.router.testing.RawHttp2.block;
import static bellows.router.testing.RawHttp2.chars;
import static bellows.router.testing.RawHttp2.number;
import static bellows.router.testing.RawHttp2.request;
import static bellows.router.testing.RawHttp2.setting;
import static org.assertj.core.api.Assertions.assertThat;

import bellows.router.testing.RawHttp2;
import bellows.router.testing.RawHttp2.Frame;
import java.util.List;
import java.util.function.Consumer;

/** What has to work: h2spec's generic cases, and what http2 cases want ignored or answered. */
final class Http2UsualRules {
  private static final int ALL_HEADERS = END_HEADERS | END_STREAM;
  private static final int UNKNOWN_SETTING = 0xff;
  private static final int UNKNOWN_FRAME = 0x16;
  private static final int UNKNOWN_ERROR = 0xff;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final String GET = request(APP, "/");
  private static final String HALF = GET.substring(0, 20);
  private static final String REST = GET.substring(20);
  private static final String PRIORITY_OF_ONE = number(0) + chars(255);
  private static final Frame PING_ACK = new Frame(PING, ACK, 0, "12345678");

  static final List<Http2Rule> ALL =
      List.of(
          frame(
              "5.3.2, generic/2/1 and 3.3/1",
              "PRIORITY of an idle stream",
              PRIORITY,
              0,
              1,
              PRIORITY_OF_ONE,
              ignored()),
          rule(
              "5.1, generic/2/2 and 3.9/2",
              "WINDOW_UPDATE of a half-closed stream",
              client -> client.get(1, APP).frame(WINDOW_UPDATE, 0, 1, number(100)),
              answers(1)),
          rule(
              "5.1, generic/2/3",
              "PRIORITY of a half-closed stream",
              client -> client.get(1, APP).frame(PRIORITY, 0, 1, PRIORITY_OF_ONE),
              answers(1)),
          rule(
              "5.1, generic/2/4 and 3.4/1",
              "RST_STREAM of a half-closed stream",
              client -> client.get(1, Http2Rule.SILENT).frame(RST_STREAM, 0, 1, number(8)),
              ignored()),
          rule(
              "5.1, generic/2/5",
              "PRIORITY, WINDOW_UPDATE and RST_STREAM of a closed stream",
              client -> {
                client.get(1, APP).read(DATA);
                client
                    .frame(PRIORITY, 0, 1, PRIORITY_OF_ONE)
                    .frame(WINDOW_UPDATE, 0, 1, number(100))
                    .frame(RST_STREAM, 0, 1, number(8));
              },
              ignored()),
          rule(
              "6.1, generic/3.1/1",
              "a body",
              post("", client -> client.frame(DATA, END_STREAM, 1, "test")),
              answers(1)),
          rule(
              "6.1, generic/3.1/2",
              "a body in pieces",
              post("", client -> client.frame(DATA, 0, 1, "te").frame(DATA, END_STREAM, 1, "st")),
              answers(1)),
          rule(
              "6.1, generic/3.1/3",
              "a padded body",
              post(
                  "",
                  client ->
                      client.frame(DATA, END_STREAM | PADDED, 1, chars(3) + "test" + "\0\0\0")),
              answers(1)),
          frame("6.2, generic/3.2/1 and 4/1", "a head", HEADERS, ALL_HEADERS, 1, GET, answers(1)),
          frame(
              "6.2, generic/3.2/2",
              "a padded head",
              HEADERS,
              ALL_HEADERS | PADDED,
              1,
              chars(2) + GET + "\0\0",
              answers(1)),
          frame(
              "6.2, generic/3.2/3",
              "a head with a priority",
              HEADERS,
              ALL_HEADERS | WITH_PRIORITY,
              1,
              PRIORITY_OF_ONE + GET,
              answers(1)),
          frame(
              "5.3.2, generic/3.3/2",
              "PRIORITY of the greatest weight",
              PRIORITY,
              0,
              1,
              number(0) + chars(255),
              ignored()),
          frame(
              "5.3.2, generic/3.3/3",
              "PRIORITY that depends on a stream",
              PRIORITY,
              0,
              1,
              number(3) + chars(15),
              ignored()),
          frame(
              "5.3.2, generic/3.3/4",
              "exclusive PRIORITY",
              PRIORITY,
              0,
              1,
              number(3 | 1 << 31) + chars(15),
              ignored()),
          rule(
              "5.1.1, generic/3.3/5",
              "PRIORITY of a later stream than the first request",
              client -> client.frame(PRIORITY, 0, 5, number(3) + chars(15)).get(3, APP),
              answers(3)),
          frame(
              "6.5.3, generic/3.5/1 and http2/6.5.3/2",
              "SETTINGS",
              SETTINGS,
              0,
              0,
              setting(3, 100),
              client -> {
                for (int settings = 0; settings < 2; settings++) {
                  Frame ack = client.read(each -> each.type() == SETTINGS && each.flags() == ACK);
                  assertThat(ack.payload()).isEmpty();
                }
              }),
          frame(
              "6.7, generic/3.7/1 and http2/6.7/1",
              "PING",
              PING,
              0,
              0,
              "12345678",
              sends(PING_ACK)),
          frame(
              "6.8, generic/3.8/1",
              "GOAWAY of a client, which asks for no push",
              GOAWAY,
              0,
              0,
              number(0) + number(0),
              ignored()),
          frame(
              "6.9, generic/3.9/1",
              "WINDOW_UPDATE of the connection",
              WINDOW_UPDATE,
              0,
              0,
              number(1),
              ignored()),
          rule(
              "6.10, generic/3.10/1",
              "a head in two frames",
              client ->
                  client
                      .frame(HEADERS, END_STREAM, 1, HALF)
                      .frame(CONTINUATION, END_HEADERS, 1, REST),
              answers(1)),
          rule(
              "6.10, generic/3.10/2 and http2/6.10/1",
              "a head in three frames",
              client ->
                  client
                      .frame(HEADERS, END_STREAM, 1, HALF)
                      .frame(CONTINUATION, 0, 1, REST.substring(0, 10))
                      .frame(CONTINUATION, END_HEADERS, 1, REST.substring(10)),
              answers(1)),
          rule(
              "9110 9.3.2, generic/4/2",
              "HEAD",
              client ->
                  client.frame(
                      HEADERS,
                      ALL_HEADERS,
                      1,
                      block(":method", "HEAD", ":scheme", "http", ":path", "/")
                          + block(":authority", "none.test")),
              client -> {
                Frame head = client.read(HEADERS);
                assertThat(head.flags() & END_STREAM).isNotZero();
              }),
          rule(
              "8.1, generic/4/3",
              "POST with a length",
              post("4", client -> client.frame(DATA, END_STREAM, 1, "test")),
              answers(1)),
          rule(
              "8.1, generic/4/4",
              "POST with trailers",
              post(
                  "",
                  client ->
                      client
                          .frame(DATA, 0, 1, "test")
                          .frame(HEADERS, ALL_HEADERS, 1, block("x-test", "ok"))),
              answers(1)),
          frame(
              "5.5, http2/4.1/1 and 5.5/1",
              "a frame of an unknown type",
              UNKNOWN_FRAME,
              0,
              0,
              "whatever",
              ignored()),
          frame(
              "4.1, http2/4.1/2",
              "undefined flags",
              PING,
              UNKNOWN_FRAME,
              0,
              "12345678",
              sends(PING_ACK)),
          frame(
              "4.1, http2/4.1/3",
              "the reserved bit",
              PING,
              0,
              1 << 31,
              "12345678",
              sends(PING_ACK)),
          rule(
              "4.2, http2/4.2/1",
              "the largest frame",
              post("", client -> client.frame(DATA, END_STREAM, 1, "x".repeat(16_384))),
              answers(1)),
          frame(
              "6.5.2, http2/6.5.2/5",
              "an unknown setting",
              SETTINGS,
              0,
              0,
              setting(UNKNOWN_SETTING, 1),
              ignored()),
          rule(
              "6.5.3, http2/6.5.3/1",
              "settings count in their order",
              client ->
                  client
                      .frame(
                          SETTINGS,
                          0,
                          0,
                          setting(INITIAL_WINDOW_SIZE, 100) + setting(INITIAL_WINDOW_SIZE, 1))
                      .get(1, APP),
              sends(new Frame(DATA, 0, 1, "h"))),
          rule(
              "6.7, http2/6.7/2",
              "an answer to no PING gets no answer",
              client -> client.frame(PING, ACK, 0, "nobody's").frame(PING, 0, 0, "12345678"),
              sends(PING_ACK)),
          rule(
              "6.9.1, http2/6.9.1/1",
              "no more than the window",
              client -> client.frame(SETTINGS, 0, 0, setting(INITIAL_WINDOW_SIZE, 1)).get(1, APP),
              sends(new Frame(DATA, 0, 1, "h"))
                  .andThen(client -> client.frame(WINDOW_UPDATE, 0, 1, number(2)))
                  .andThen(sends(new Frame(DATA, 0, 1, "el")))),
          rule(
              "6.9.2, http2/6.9.2/1",
              "a window that opens while an answer waits",
              client -> {
                client.frame(SETTINGS, 0, 0, setting(INITIAL_WINDOW_SIZE, 0)).get(1, APP);
                client.read(HEADERS);
                client.frame(SETTINGS, 0, 0, setting(INITIAL_WINDOW_SIZE, 1));
              },
              sends(new Frame(DATA, 0, 1, "h"))),
          rule(
              "6.9.2, http2/6.9.2/2",
              "a window below nothing",
              client -> {
                client.frame(SETTINGS, 0, 0, setting(INITIAL_WINDOW_SIZE, 3)).get(1, APP);
                client.read(DATA);
                client
                    .frame(SETTINGS, 0, 0, setting(INITIAL_WINDOW_SIZE, 2))
                    .frame(WINDOW_UPDATE, 0, 1, number(2));
              },
              sends(new Frame(DATA, 0, 1, "l"))),
          frame(
              "7, http2/7/1",
              "GOAWAY with an unknown error",
              GOAWAY,
              0,
              0,
              number(0) + number(UNKNOWN_ERROR),
              ignored()),
          rule(
              "7, http2/7/2",
              "RST_STREAM with an unknown error",
              client ->
                  client.get(1, Http2Rule.SILENT).frame(RST_STREAM, 0, 1, number(UNKNOWN_ERROR)),
              ignored()));

  private Http2UsualRules() {}

  /** A head with this length, unless it is empty, and what is sent then. */
  private static Consumer<RawHttp2> post(String length, Consumer<RawHttp2> body) {
    return client -> {
      client.frame(
          HEADERS,
          END_HEADERS,
          1,
          block(":method", "POST", ":scheme", "http", ":path", "/", ":authority", APP)
              + (length.isEmpty() ? "" : block("content-length", length)));
      body.accept(client);
    };
  }
}
