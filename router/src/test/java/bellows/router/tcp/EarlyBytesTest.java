package bellows.router.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EarlyBytesTest {
  private final AtomicInteger broken = new AtomicInteger();
  private final EarlyBytes early = new EarlyBytes(broken::incrementAndGet);
  private final EmbeddedChannel client = new EmbeddedChannel(early);
  private final List<String> heard = new ArrayList<>();

  private void listen() {
    client
        .pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object message) {
                ByteBuf bytes = (ByteBuf) message;
                heard.add(bytes.toString(StandardCharsets.US_ASCII));
                bytes.release();
              }

              @Override
              public void userEventTriggered(ChannelHandlerContext context, Object event) {
                heard.add(event == ChannelInputShutdownEvent.INSTANCE ? "end" : "?");
              }
            });
  }

  private ByteBuf say(String text) {
    ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    client.writeInbound(bytes);
    return bytes;
  }

  @Test
  void tellsInOrderWhatItHasKeptAndThenTheEnd() {
    say("one");
    client.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    say("two"); // the transport tells of the end when there is still something to read
    listen();
    assertThat(heard).isEmpty();
    early.tell();
    assertThat(heard).containsExactly("one", "two", "end");
  }

  @Test
  void letsEverythingPassOnceItHasTold() {
    listen();
    early.tell();
    say("later");
    client.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    assertThat(heard).containsExactly("later", "end");
  }

  @Test
  void releasesWhatNobodyWillHear() {
    ByteBuf kept = say("lost");
    client.finishAndReleaseAll();
    assertThat(kept.refCnt()).isZero();
    early.tell(); // the endpoint was reached too late
  }

  @Test
  void tellsThatTheConnectionBroke() {
    client.pipeline().fireExceptionCaught(new IOException("Connection reset"));
    assertThat(broken).hasValue(1);
    assertThat(client.isOpen()).isFalse();
  }
}
