package bellows.router.backend;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * A connection without a request, to wake a sleeping endpoint: an activator starts at the first
 * byte, and an empty line is one that every HTTP server ignores before a request (RFC 9112 section
 * 2.2). Stays open, so that the wake does not count as given up; whatever is answered ends it.
 */
final class Knock extends SimpleChannelInboundHandler<ByteBuf> {
  private static final byte[] EMPTY_LINE = {'\r', '\n'};
  private static final byte[] REFUSAL = "HTTP/1.1 503".getBytes(StandardCharsets.US_ASCII);

  private final long holdMillis;
  private final Runnable refused;

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
    var _ = context.executor().schedule(() -> close(context), holdMillis, TimeUnit.MILLISECONDS);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf answer) {
    if (startsWithRefusal(answer)) {
      refused.run();
    }
    close(context);
  }

  private static boolean startsWithRefusal(ByteBuf answer) {
    if (answer.readableBytes() < REFUSAL.length) {
      return false;
    }
    for (int i = 0; i < REFUSAL.length; i++) {
      if (answer.getByte(answer.readerIndex() + i) != REFUSAL[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    close(context);
  }

  private static void close(ChannelHandlerContext context) {
    var _ = context.close();
  }
}
