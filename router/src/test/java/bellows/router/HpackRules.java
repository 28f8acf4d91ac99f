package bellows.router;

import static bellows.router.Http2Rule.APP;
import static bellows.router.Http2Rule.COMPRESSION_ERROR;
import static bellows.router.Http2Rule.answers;
import static bellows.router.Http2Rule.connectionError;
import static bellows.router.Http2Rule.frame;
import static bellows.router.Http2Rule.rule;
import static bellows.router.testing.RawHttp2.END_HEADERS;
import static bellows.router.testing.RawHttp2.END_STREAM;
import static bellows.router.testing.RawHttp2.HEADERS;
import static bellows.router.testing.RawHttp2.block;
import static bellows.router.testing.RawHttp2.chars;
import static bellows.router.testing.RawHttp2.request;

import java.util.List;

/** Forms of fields (RFC 7541, section 6), and what none of them may be. */
final class HpackRules {
  private static final int ALL_HEADERS = END_HEADERS | END_STREAM;
  private static final int INDEXED_AUTHORITY = 1;
  private static final int INCREMENTAL = 0x40;
  private static final int NEVER = 0x10;

  /** GET, http and / by their places in the static table. */
  private static final String INDEXED = chars(0x82, 0x86, 0x84);

  private static final String NAME = chars(APP.length()) + APP;
  private static final String CODED_NAME = chars(0x86, 0x1d, 0x75, 0xae, 0x92, 0xa1, 0x3f);
  private static final String TEST = chars(6) + "x-test" + chars(4) + "test";
  private static final String CODED_KEY = chars(0x85, 0xf2, 0xb2, 0x4a, 0x84, 0xff);
  private static final String CODED_TEST = CODED_KEY + chars(0x83, 0x49, 0x50, 0x9f);
  private static final String GET = INDEXED + chars(INDEXED_AUTHORITY) + NAME;

  static final List<Http2Rule> ALL =
      List.of(
          taken("7541 6.1, generic/5/1", "indexed fields", GET + chars(0x90)),
          taken(
              "7541 6.2.1, generic/5/2",
              "an indexed name, to index",
              INDEXED + chars(INCREMENTAL | INDEXED_AUTHORITY) + NAME),
          taken(
              "7541 6.2.1, generic/5/3",
              "an indexed name, to index, coded",
              INDEXED + chars(INCREMENTAL | INDEXED_AUTHORITY) + CODED_NAME),
          taken("7541 6.2.1, generic/5/4", "a new name, to index", GET + chars(INCREMENTAL) + TEST),
          taken(
              "7541 6.2.1, generic/5/5",
              "a new name, to index, coded",
              GET + chars(INCREMENTAL) + CODED_TEST),
          taken("7541 6.2.2, generic/5/6", "an indexed name", GET),
          taken(
              "7541 6.2.2, generic/5/7",
              "an indexed name, coded",
              INDEXED + chars(INDEXED_AUTHORITY) + CODED_NAME),
          taken("7541 6.2.2, generic/5/8", "a new name", GET + chars(0) + TEST),
          taken("7541 6.2.2, generic/5/9", "a new name, coded", GET + chars(0) + CODED_TEST),
          taken(
              "7541 6.2.3, generic/5/10",
              "an indexed name, never to index",
              INDEXED + chars(NEVER | INDEXED_AUTHORITY) + NAME),
          taken(
              "7541 6.2.3, generic/5/11",
              "an indexed name, never to index, coded",
              INDEXED + chars(NEVER | INDEXED_AUTHORITY) + CODED_NAME),
          taken(
              "7541 6.2.3, generic/5/12", "a new name, never to index", GET + chars(NEVER) + TEST),
          taken(
              "7541 6.2.3, generic/5/13",
              "a new name, never to index, coded",
              GET + chars(NEVER) + CODED_TEST),
          taken("7541 6.3, generic/5/14", "a smaller table", chars(0x30) + GET),
          taken("7541 6.3, generic/5/15", "no table, then a smaller one", chars(0x20, 0x30) + GET),
          rule(
              "7541 2.3.2",
              "a field of the request before",
              client ->
                  client
                      .frame(
                          HEADERS,
                          ALL_HEADERS,
                          1,
                          INDEXED + chars(INCREMENTAL | INDEXED_AUTHORITY) + NAME)
                      .frame(HEADERS, ALL_HEADERS, 3, INDEXED + chars(0xbe)),
              answers(1, 3)),
          refused("4.3, http2/4.3/1", "garbage", chars(0xff, 0xff, 0xff)),
          refused("7541 2.3.3, hpack/2.3.3/1", "a field beyond the tables", GET + chars(0xc6)),
          refused(
              "7541 2.3.3, hpack/2.3.3/2",
              "a name beyond the tables",
              GET + chars(0x7f, 0x7f) + chars(4) + "test"),
          refused(
              "7541 4.2, hpack/4.2/1", "a smaller table at the end of a head", GET + chars(0x20)),
          refused(
              "7541 5.2, hpack/5.2/1",
              "padding of more than 7 bits",
              GET + chars(0) + CODED_KEY + chars(0x84, 0x49, 0x50, 0x9f, 0xff)),
          refused(
              "7541 5.2, hpack/5.2/2",
              "padding of zeros",
              GET + chars(0) + CODED_KEY + chars(0x83, 0x49, 0x50, 0x90)),
          refused(
              "7541 5.2, hpack/5.2/3",
              "the end within a string",
              GET + chars(0) + CODED_KEY + chars(0x87, 0x49, 0x50, 0x9f, 0xff, 0xff, 0xff, 0xff)),
          refused("7541 6.1, hpack/6.1/1", "the field of no place", GET + chars(0x80)),
          refused(
              "7541 6.3, hpack/6.3/1", "a larger table than agreed", chars(0x3f, 0xe2, 0x1f) + GET),
          refused(
              "7541 5.1", "a number without end", GET + chars(0x7f, 0xff, 0xff, 0xff, 0xff, 0xff)),
          refused(
              "7541 5.2",
              "a string beyond its head",
              GET + chars(0, 6) + "x-test" + chars(9) + "x"),
          refused(
              "4.3", "half a field", request(APP, "/malformed") + block("a", "b").substring(0, 3)));

  private HpackRules() {}

  private static Http2Rule taken(String section, String name, String block) {
    return frame(section, name, HEADERS, ALL_HEADERS, 1, block, answers(1));
  }

  private static Http2Rule refused(String section, String name, String block) {
    return frame(section, name, HEADERS, ALL_HEADERS, 1, block, connectionError(COMPRESSION_ERROR));
  }
}
