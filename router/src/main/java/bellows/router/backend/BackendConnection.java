package bellows.router.backend;

import bellows.router.routes.Endpoint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an endpoint. It has one {@link BackendUser} at a time; without one it is idle in
 * the pool, and bytes that come then end it: nobody asked for them.
 */
public final class BackendConnection extends ChannelInboundHandlerAdapter {
  private final Endpoint endpoint;
  private final Channel channel;
  private @Nullable BackendUser user;
  private @Nullable ArrayDeque<BackendConnection> idleIn;
  private @Nullable Throwable failure;
  private long idleSinceNanos;
  private boolean usedBefore;

  BackendConnection(Endpoint endpoint, Channel channel) {
    this.endpoint = endpoint;
    this.channel = channel;
  }

  public Channel channel() {
    return channel;
  }

  /** Whether an earlier request went over it; the backend may be closing it just now. */
  public boolean isUsedBefore() {
    return usedBefore;
  }

  /** Ends it; its user hears no more of it. */
  public void discard() {
    user = null;
    close();
  }

  /** Ends it once all that was written is sent; its user hears no more of it. */
  public void closeAfterWriting() {
    user = null;
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  Endpoint endpoint() {
    return endpoint;
  }

  void use(BackendUser newUser) {
    user = newUser;
    idleIn = null;
  }

  void idle(ArrayDeque<BackendConnection> pool, long now) {
    user = null;
    idleIn = pool;
    idleSinceNanos = now;
    usedBefore = true;
    channel.config().setAutoRead(true);
  }

  long idleSinceNanos() {
    return idleSinceNanos;
  }

  private void close() {
    var _ = channel.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (user == null) {
      bytes.release();
      close();
    } else {
      user.backendRead(bytes);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (user != null) {
      user.backendReadComplete();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (user != null) {
      user.backendWritabilityChanged();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    failure = failure == null ? cause : failure;
    close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (idleIn != null) {
      idleIn.remove(this);
      idleIn = null;
    }
    BackendUser last = user;
    user = null;
    if (last != null) {
      last.backendClosed(failure);
    }
  }
}
