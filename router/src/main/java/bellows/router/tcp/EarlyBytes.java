package bellows.router.tcp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a client says while its endpoint is dialled. It is not to be read then, but when it
 * ends its direction at once, as one that asks one question does, the transport reads all the same:
 * what has arrived by then.
 */
final class EarlyBytes extends ChannelInboundHandlerAdapter {
  private final Queue<Object> kept = new ArrayDeque<>();
  private final Runnable broken;
  private boolean ended;
  private @Nullable ChannelHandlerContext context;

  /**
   * @param broken told when the client's connection breaks
   */
  EarlyBytes(Runnable broken) {
    this.broken = broken;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object bytes) {
    kept.add(bytes);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext from, Object event) {
    ended |= event instanceof ChannelInputShutdownEvent;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    broken.run();
    var _ = from.close();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext from) {
    kept.forEach(ReferenceCountUtil::release);
    kept.clear();
  }

  /** Tells the handlers behind this one, and leaves. On the channel's loop. */
  void tell() {
    ChannelHandlerContext here = context;
    if (here == null || here.isRemoved()) {
      return;
    }
    for (Object bytes = kept.poll(); bytes != null; bytes = kept.poll()) {
      here.fireChannelRead(bytes);
    }
    here.fireChannelReadComplete();
    if (ended) {
      here.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
    here.pipeline().remove(this);
  }
}
