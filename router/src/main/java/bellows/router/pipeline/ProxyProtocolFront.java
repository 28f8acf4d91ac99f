package bellows.router.pipeline;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes the word of a load balancer for who the client is: the PROXY protocol, version 1 or 2, in
 * front of all else. Whoever may send it must; nobody else is understood.
 */
final class ProxyProtocolFront extends SimpleChannelInboundHandler<HAProxyMessage> {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Lane lane;
  private final Next next;
  private @Nullable Future<?> patience;
  private boolean told;

  /** What becomes of a connection whose client is known. */
  interface Next {
    void admit(Channel channel, Peer peer);
  }

  private ProxyProtocolFront(Lane lane, Next next) {
    this.lane = lane;
    this.next = next;
  }

  static void addTo(Channel channel, Lane lane, Next next) {
    ProxyProtocolFront front = new ProxyProtocolFront(lane, next);
    channel.pipeline().addLast(new HAProxyMessageDecoder(true), front);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    patience =
        context
            .executor()
            .schedule(() -> refuse(context.channel()), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (patience != null) {
      patience.cancel(false);
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HAProxyMessage message) {
    told = true;
    Channel channel = context.channel();
    InetSocketAddress source = source(message);
    TrustedProxies trusted = lane.shared().trustedProxies();
    // What follows is read by the handlers that are added here.
    context.pipeline().remove(this);
    next.admit(channel, source == null ? Peer.of(channel, trusted) : Peer.of(source, trusted));
  }

  /** Null when the balancer speaks for itself, or does not know. */
  private static @Nullable InetSocketAddress source(HAProxyMessage message) {
    byte[] address =
        message.command() == HAProxyCommand.PROXY && message.sourceAddress() != null
            ? NetUtil.createByteArrayFromIpAddressString(message.sourceAddress())
            : null;
    if (address == null) {
      return null;
    }
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), message.sourcePort());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of a wrong length", e);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    refuse(context.channel());
  }

  private void refuse(Channel channel) {
    if (told) {
      return;
    }
    told = true;
    lane.shared().counters().proxyHeaderRefused();
    var _ = channel.close();
  }
}
