package bellows.router;

import static bellows.router.testing.RawHttp2.block;
import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.contracts.routing.RouterRegister;
import bellows.router.http1.AsciiWriter;
import bellows.router.http1.BodyDecoder;
import bellows.router.http1.Head;
import bellows.router.http1.HeadScanner;
import bellows.router.http1.HeaderName;
import bellows.router.http1.Limits;
import bellows.router.http1.RequestHead;
import bellows.router.http1.ResponseHead;
import bellows.router.http2.HeadText;
import bellows.router.routes.RouteRegistry;
import bellows.router.routes.RouteRegistry.Update;
import bellows.router.routes.RouteRules;
import bellows.router.routeservices.Signatures;
import bellows.router.testing.Corpus;
import bellows.router.testing.RawHttp2;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JacksonException;

/**
 * Whatever comes, a parser refuses it or takes it in the only way there is; it never throws. Runs
 * with the corpus here, and with what a fuzzer makes of that under {@code scripts/fuzz}.
 */
class ParsersFuzzTest {
  private static final int STREAM = 1;
  private static final Signatures SIGNATURES =
      new Signatures("secret", null, Duration.ofSeconds(60));

  private static byte[] bytes(String latin1) {
    return latin1.getBytes(StandardCharsets.ISO_8859_1);
  }

  static Stream<byte[]> requests() {
    return Corpus.withFound(
        "request",
        Stream.of("requests-refused.txt", "requests-accepted.txt")
            .flatMap(file -> Corpus.read(file).stream())
            .map(ParsersFuzzTest::bytes));
  }

  @MethodSource("requests")
  @FuzzTest
  void request(byte[] input) {
    RequestHead head = new RequestHead();
    ByteBuf in = Unpooled.wrappedBuffer(input);
    int length = new HeadScanner().find(in);
    if (length <= 2) {
      return;
    }
    head.load(in, length);
    if (head.parse(Limits.DEFAULT) == null) {
      assertHasOneMeaning(head, head.text(0, length));
      assertThat(head.has(HeaderName.HOST) || !head.isHttp11()).isTrue();
      BodyDecoder body = new BodyDecoder();
      body.framedBy(head);
      BodyDecoder slow = new BodyDecoder();
      slow.framedBy(head);
      assertReadsPiecesAlike(body, slow, in);
    }
  }

  static Stream<byte[]> responses() {
    return Corpus.withFound(
        "response",
        Stream.of("responses-refused.txt", "responses-cut.txt")
            .flatMap(file -> Corpus.read(file).stream())
            .map(ParsersFuzzTest::bytes));
  }

  @MethodSource("responses")
  @FuzzTest
  void response(byte[] input) {
    ResponseHead head = new ResponseHead();
    ByteBuf in = Unpooled.wrappedBuffer(input);
    int length = new HeadScanner().find(in);
    if (length <= 2) {
      return;
    }
    head.load(in, length);
    if (head.parse(Limits.DEFAULT) == null) {
      assertHasOneMeaning(head, head.text(0, length));
      BodyDecoder body = new BodyDecoder();
      body.framedBy(head);
      BodyDecoder slow = new BodyDecoder();
      slow.framedBy(head);
      assertReadsPiecesAlike(body, slow, in);
    }
  }

  /** By a reader that is as simple as can be: lines that end with CRLF, each a name and a value. */
  private static void assertHasOneMeaning(Head head, String text) {
    assertThat(text).endsWith("\r\n\r\n");
    String[] lines = text.substring(0, text.length() - 4).split("\r\n", -1);
    assertThat(lines).noneMatch(line -> line.matches("(?s).*[\r\n\u0000].*"));
    assertThat(head.count()).isEqualTo(lines.length - 1);
    int lengths = 0;
    int encodings = 0;
    for (int i = 1; i < lines.length; i++) {
      assertThat(lines[i]).matches("(?s)[!#-'*+.^_`|~0-9A-Za-z-]+:.*");
      String name = lines[i].substring(0, lines[i].indexOf(':'));
      String value = lines[i].substring(name.length() + 1).replaceAll("^[ \t]+|[ \t]+$", "");
      if (name.equalsIgnoreCase("content-length")) {
        lengths++;
        assertThat(value).matches("[0-9]+");
        assertThat(head.contentLength()).isEqualTo(Long.parseLong(value));
      } else if (name.equalsIgnoreCase("transfer-encoding")) {
        encodings++;
        assertThat(value).isEqualToIgnoringCase("chunked");
      }
    }
    assertThat(lengths + encodings).isLessThanOrEqualTo(1);
    assertThat(head.isChunked()).isEqualTo(encodings == 1);
    assertThat(head.has(HeaderName.CONTENT_LENGTH)).isEqualTo(lengths == 1);
  }

  /** How a body comes must not matter: all at once, or byte by byte. */
  private static void assertReadsPiecesAlike(BodyDecoder body, BodyDecoder slow, ByteBuf in) {
    StringBuilder once = new StringBuilder();
    int start = in.readerIndex();
    read(body, in, once);
    int end = in.readerIndex();
    StringBuilder slowly = new StringBuilder();
    in.readerIndex(start);
    while (in.isReadable() && !slow.isEnded() && slow.flaw() == null) {
      read(slow, in.readSlice(1), slowly);
    }
    assertThat(slowly.toString()).isEqualTo(once.toString());
    assertThat(slow.isEnded()).isEqualTo(body.isEnded());
    assertThat(slow.flaw()).isEqualTo(body.flaw());
    assertThat(in.readerIndex()).isEqualTo(end);
  }

  private static void read(BodyDecoder body, ByteBuf in, StringBuilder into) {
    for (int data = body.available(in); data > 0; data = body.available(in)) {
      into.append(in.readCharSequence(data, StandardCharsets.ISO_8859_1));
      body.took(data);
    }
  }

  static Stream<byte[]> http2Heads() {
    return Corpus.withFound(
        "http2Head",
        Stream.concat(
                Http2HeadRules.malformedBlocks(),
                Stream.of(RawHttp2.request("app.test", "/a?b", "cookie", "a=b", "x-test", "1")))
            .map(ParsersFuzzTest::bytes));
  }

  /** HPACK is Netty's; that no field becomes two lines, nor one head two, is ours. */
  @MethodSource("http2Heads")
  @FuzzTest
  void http2Head(byte[] input) {
    Http2Headers fields = http2Fields(input);
    AsciiWriter text = new AsciiWriter(1024);
    if (fields == null || !HeadText.writeRequest(text, fields, true, new Random(1))) {
      return;
    }
    ByteBuf in = Unpooled.wrappedBuffer(text.bytes(), 0, text.length());
    assertThat(new HeadScanner().find(in)).isEqualTo(text.length());
    RequestHead head = new RequestHead();
    head.load(text);
    if (head.parse(Limits.DEFAULT) == null) {
      assertHasOneMeaning(head, head.text(0, text.length()));
      assertThat(head.isChunked()).isFalse();
    }
  }

  static Stream<byte[]> http2Responses() {
    return Corpus.withFound(
        "http2Response",
        Stream.of(
                block(":status", "200", "content-type", "text/plain", "set-cookie", "a=b"),
                block(":status", "103", "link", "</a>"),
                block(":status", "204", "content-length", "0"),
                block(":status", "0x1"),
                block(":status", "200", ":status", "200"),
                block("x-test", "1", ":status", "200"),
                block(":status", "200", "transfer-encoding", "chunked"),
                block("grpc-status", "0"))
            .map(ParsersFuzzTest::bytes));
  }

  /** As {@link #http2Head}, for what an app says; its trailers likewise. */
  @MethodSource("http2Responses")
  @FuzzTest
  void http2Response(byte[] input) {
    Http2Headers fields = http2Fields(input);
    AsciiWriter text = new AsciiWriter(1024);
    if (fields != null && HeadText.writeResponse(text, fields, true)) {
      assertIsAHead(text, false);
    }
    text.clear();
    if (fields != null && HeadText.writeResponse(text, fields, false)) {
      assertIsAHead(text, fields.status().charAt(0) != '1' && !fields.contains("content-length"));
    }
    text.clear();
    if (fields != null && HeadText.writeTrailers(text, fields)) {
      assertIsAHead(text, false);
    }
  }

  private static void assertIsAHead(AsciiWriter text, boolean chunked) {
    ByteBuf in = Unpooled.wrappedBuffer(text.bytes(), 0, text.length());
    assertThat(new HeadScanner().find(in)).isEqualTo(text.length());
    ResponseHead head = new ResponseHead();
    head.load(text);
    if (head.parse(Limits.DEFAULT) == null) {
      assertHasOneMeaning(head, head.text(0, text.length()));
      assertThat(head.isChunked()).isEqualTo(chunked);
    }
  }

  private static @Nullable Http2Headers http2Fields(byte[] input) {
    ByteBuf in = Unpooled.wrappedBuffer(input);
    try {
      return new DefaultHttp2HeadersDecoder(true).decodeHeaders(STREAM, in);
    } catch (Http2Exception e) {
      return null;
    }
  }

  static Stream<byte[]> proxyHeaders() {
    return Corpus.withFound(
        "proxyProtocol",
        Stream.of(
                "PROXY TCP4 203.0.113.7 198.51.100.1 51234 80\r\n",
                "PROXY TCP6 2001:db8::7 2001:db8::1 51234 80\r\n",
                "PROXY UNKNOWN\r\n",
                "PROXY TCP4 203.0.113.700 198.51.100.1 51234 80\r\n",
                "\r\n\r\n\0\r\nQUIT\n!\u0011\0\f\u00cb\0q\u0007\u00c63d\u0001\u00c8\"\0P",
                "\r\n\r\n\0\r\nQUIT\n \0\0\0",
                "\r\n\r\n\0\r\nQUIT\n!\u0011\0\u0004____",
                "\r\n\r\n\0\r\nQUIT\n!\u0011\0\u0014\u00cb\0q\u0007\u00c63d\u0001\u00c8\"\0P \0\u0005\u0001\0\0\0\0")
            .map(ParsersFuzzTest::bytes));
  }

  /** The decoder is Netty's; whatever it takes must name an address, or none. */
  @MethodSource("proxyHeaders")
  @FuzzTest
  void proxyProtocol(byte[] input) {
    EmbeddedChannel channel = new EmbeddedChannel(new HAProxyMessageDecoder(true));
    try {
      channel.writeInbound(Unpooled.copiedBuffer(input));
      Object read = channel.readInbound();
      if (read instanceof HAProxyMessage message) {
        switch (message.proxiedProtocol().addressFamily()) {
          case AF_IPv4, AF_IPv6 ->
              assertThat(NetUtil.createByteArrayFromIpAddressString(message.sourceAddress()))
                  .isNotNull();
          case AF_UNIX, AF_UNSPEC -> {}
        }
        assertThat(message.sourcePort()).isBetween(0, 65535);
      }
      channel.finishAndReleaseAll();
    } catch (DecoderException e) {
      // Refused; a length within the header that points out of it is one of those (the connection
      // ends as for any other flaw).
    }
  }

  static Stream<byte[]> signatures() {
    Signatures.Signed signed = SIGNATURES.sign("https://app.test/", Instant.EPOCH);
    return Corpus.withFound(
        "signature",
        Stream.of(
                signed.signature() + "\n" + signed.metadata(),
                signed.signature() + "\nbnVsbA==",
                "\neyJub25jZSI6IiJ9",
                "=\n=")
            .map(ParsersFuzzTest::bytes));
  }

  /** Only what we have signed is taken for it. */
  @MethodSource("signatures")
  @FuzzTest
  void signature(byte[] input) {
    String[] lines = new String(input, StandardCharsets.ISO_8859_1).split("\n", 2);
    SIGNATURES
        .read(lines[0], lines[lines.length - 1], Instant.EPOCH)
        .ifPresent(claim -> assertThat(claim.url()).isEqualTo("https://app.test/"));
  }

  static Stream<byte[]> registrations() {
    return Corpus.withFound(
        "registration",
        Stream.of(
                "{\"host\":\"10.0.0.1\",\"port\":80,\"uris\":[\"app.test\",\"*.app.test/a/b\"],\"app\":\"a\","
                    + "\"private_instance_id\":\"i\",\"private_instance_index\":\"0\",\"tags\":{\"component\":\"dea\"}}",
                "{\"host\":\"2001:db8::1\",\"tls_port\":443,\"uris\":[\"APP.test:80/\"],\"server_cert_domain_san\":\"x\","
                    + "\"protocol\":\"http2\",\"stale_threshold_in_seconds\":-5,\"options\":{\"loadbalancing\":\"least-connection\"}}",
                "{\"host\":\"10.0.0.1\",\"port\":99999999999,\"uris\":null}",
                "{\"host\":null,\"port\":-1,\"uris\":[null,\"\",\"/\",\"*\",\"a..b\",\"\\u0000\"]}",
                "{\"host\":\"10.0.0.1\",\"port\":80,\"uris\":[\"a\"],\"app\":\"\\r\\nX: y\",\"route_service_url\":\"http://x\"}",
                "null",
                "[]",
                "{")
            .map(text -> text.getBytes(StandardCharsets.UTF_8)));
  }

  /** A message is followed or refused, and unregistering it leaves nothing behind. */
  @MethodSource("registrations")
  @FuzzTest
  void registration(byte[] input) {
    RouterRegister message;
    try {
      message = Json.read(input, RouterRegister.class);
    } catch (JacksonException e) {
      return;
    }
    if (message == null) {
      return;
    }
    RouteRegistry registry = new RouteRegistry(RouteRules.DEFAULT);
    registry.apply(List.of(new Update(Update.Kind.REGISTER, message)), 0, refused -> {});
    registry.apply(List.of(new Update(Update.Kind.UNREGISTER, message)), 1, refused -> {});
    registry.prune(Long.MAX_VALUE / 2);
    assertThat(registry.endpoints()).isZero();
    assertThat(registry.routes()).isZero();
  }
}
