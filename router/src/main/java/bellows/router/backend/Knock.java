package bellows.router.backend;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection without a request, to wake a sleeping endpoint: an activator starts at the first
 * byte, and an empty line is one that every HTTP server ignores before a request (RFC 9112 section
 * 2.2). Stays open, so that the wake does not count as given up; whatever is answered ends it.
 */
final class Knock extends SimpleChannelInboundHandler<ByteBuf> {
  private static final byte[] EMPTY_LINE = {'\r', '\n'};
  private static final ByteBuf REFUSAL =
      Unpooled.unreleasableBuffer(Unpooled.copiedBuffer("HTTP/1.1 503", StandardCharsets.US_ASCII));

  private final long holdMillis;
  private final Runnable refused;
  private @Nullable Future<?> end;

  /**
   * @param refused called when the activator says that it cannot wake the endpoint
   */
  Knock(long holdMillis, Runnable refused) {
    this.holdMillis = holdMillis;
    this.refused = refused;
  }

  /** Called when it is added to an open connection. */
  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    var _ = context.writeAndFlush(context.alloc().buffer(EMPTY_LINE.length).writeBytes(EMPTY_LINE));
    end = context.executor().schedule(() -> close(context), holdMillis, TimeUnit.MILLISECONDS);
  }

  /** The connection is over, and nobody shall be remembered for the rest of the time. */
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (end != null) {
      end.cancel(false);
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf answer) {
    if (startsWithRefusal(answer)) {
      refused.run();
    }
    close(context);
  }

  private static boolean startsWithRefusal(ByteBuf answer) {
    int length = REFUSAL.readableBytes();
    return answer.readableBytes() >= length
        && ByteBufUtil.equals(answer, answer.readerIndex(), REFUSAL, 0, length);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    close(context);
  }

  private static void close(ChannelHandlerContext context) {
    var _ = context.close();
  }
}
