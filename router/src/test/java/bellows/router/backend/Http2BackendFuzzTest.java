package bellows.router.backend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import bellows.router.testing.CompactFrames;
import bellows.router.testing.Corpus;
import bellows.router.testing.RawHttp2;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever an app sends over a connection of HTTP/2, each request hears of its end once, and
 * nothing is left behind. Runs as {@code ParsersFuzzTest} does.
 */
class Http2BackendFuzzTest {
  private static final int HEAD_BYTES = 64 * 1024;
  private static final int REQUESTS = 3;

  /** A request that counts what it hears. */
  private static final class Request implements Http2User {
    private int ends;

    private void end(boolean ended) {
      assertThat(ends).as("nothing after the end").isZero();
      ends += ended ? 1 : 0;
    }

    @Override
    public void connected(Http2Backend connection) {
      throw new AssertionError("nobody has asked for it");
    }

    @Override
    public void dialFailed(Throwable cause) {
      throw new AssertionError(cause);
    }

    @Override
    public void headersRead(Http2Headers headers, boolean last) {
      end(last);
    }

    @Override
    public void dataRead(ByteBuf data, boolean last) {
      data.release();
      end(last);
    }

    @Override
    public void writabilityChanged() {
      // Has nothing to write.
    }

    @Override
    public void refused(String detail) {
      end(true);
    }

    @Override
    public void streamClosed(boolean lost) {
      end(true);
    }
  }

  private static String frame(int type, int flags, int stream, String payload) {
    return RawHttp2.chars(type, flags, stream, payload.length()) + payload;
  }

  static Stream<byte[]> answers() {
    String ok = RawHttp2.block(":status", "200");
    return Corpus.withFound(
        "http2Answers",
        Stream.of(
                frame(1, 4, 1, ok) + frame(0, 1, 1, "hello") + frame(1, 5, 3, ok),
                frame(1, 4, 1, RawHttp2.block(":status", "103")) + frame(1, 5, 1, ok),
                frame(1, 4, 1, ok) + frame(0, 0, 1, "a") + frame(1, 5, 1, RawHttp2.block("a", "b")),
                frame(3, 0, 1, RawHttp2.number(7)) + frame(0x83, 0, 3, RawHttp2.number(8)),
                frame(7, 0, 0, RawHttp2.number(1) + RawHttp2.number(0)) + frame(0x81, 5, 1, ok),
                frame(4, 0, 0, RawHttp2.setting(3, 1)) + frame(4, 1, 0, ""),
                frame(5, 4, 1, RawHttp2.number(2) + ok),
                frame(0, 1, 1, "before the head") + frame(8, 0, 3, RawHttp2.number(0)))
            .map(text -> text.getBytes(ISO_8859_1)));
  }

  @MethodSource("answers")
  @FuzzTest
  void http2Answers(byte[] input) {
    UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.config().setAllocator(allocator);
    Http2Backend backend = Http2Backend.create(channel, HEAD_BYTES, () -> {});
    channel.pipeline().addLast(backend);
    List<Request> requests = Stream.generate(Request::new).limit(REQUESTS).toList();
    for (Request request : requests) {
      Http2Backend.Call call = backend.open(request);
      call.writeHeaders(
          new DefaultHttp2Headers().method("GET").scheme("http").path("/").authority("a"), true);
      call.flush();
    }
    receive(channel, RawHttp2.bytes(RawHttp2.SETTINGS, 0, 0, "").getBytes(ISO_8859_1));
    for (byte[] piece : CompactFrames.read(input)) {
      receive(channel, piece);
    }
    channel.finishAndReleaseAll();
    assertThat(requests).allMatch(request -> request.ends == 1);
    assertThat(allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory())
        .as("memory that is left")
        .isZero();
  }

  private static void receive(EmbeddedChannel channel, byte[] bytes) {
    if (channel.isActive()) {
      channel.writeInbound(channel.alloc().buffer(bytes.length).writeBytes(bytes));
    }
    channel.releaseOutbound();
  }
}
