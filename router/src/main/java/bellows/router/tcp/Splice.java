package bellows.router.tcp;

import bellows.router.accesslog.LogLane;
import bellows.router.accesslog.TcpRecord;
import bellows.router.pipeline.Lane;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client and its connection to an endpoint, on the same event loop: moves the
 * bytes both ways, each side read only as fast as the other takes them. Each direction ends by
 * itself. What cannot be dialled is tried elsewhere, as nothing has been sent yet. Used on its
 * event loop only.
 */
final class Splice {
  /** As a connection nobody uses has no other end, when its client's machine is gone. */
  private static final int IDLE_MINUTES = 60;

  private final Channel client;
  private final Lane lane;
  private final TcpRoutes routes;
  private final TcpCounters counters;
  private final int port;
  private final Class<? extends SocketChannel> transport;
  private final int dialMillis;
  private final EarlyBytes early = new EarlyBytes(() -> fail(TcpFailure.RESET));
  private final Set<TcpEndpoint> tried = new HashSet<>();
  private final long arrivedNanos;
  private final String remote;
  private int failedDials;
  private long received;
  private long sent;
  private @Nullable TcpEndpoint reached;

  /** Of the endpoint when it was reached: later another instance may be there. */
  private TcpEndpoint.Said said = TcpEndpoint.Said.NOTHING;

  private @Nullable TcpFailure failure;

  Splice(
      Channel client,
      Lane lane,
      TcpRoutes routes,
      int port,
      Class<? extends SocketChannel> transport,
      int dialMillis) {
    this.client = client;
    this.lane = lane;
    this.routes = routes;
    this.counters = routes.counters();
    this.port = port;
    this.transport = transport;
    this.dialMillis = dialMillis;
    this.arrivedNanos = lane.now();
    InetSocketAddress from = (InetSocketAddress) client.remoteAddress();
    this.remote = from == null ? "" : NetUtil.toSocketAddressString(from);
  }

  /** The client is read once there is somebody to read for. */
  void begin() {
    client.config().setAutoRead(false);
    client.pipeline().addLast(early);
    counters.opened();
    client.closeFuture().addListener(_ -> end());
    dial();
  }

  private void end() {
    counters.closed();
    TcpEndpoint endpoint = reached;
    LogLane log = lane.log();
    log.add(
        new TcpRecord(
            lane.unixNanos(arrivedNanos),
            port,
            received,
            sent,
            remote,
            endpoint == null ? "" : endpoint.name(),
            lane.now() - arrivedNanos,
            said.app(),
            said.index(),
            said.instanceId(),
            failedDials,
            failure == null ? "" : failure.word()));
  }

  /** The first failure is the one that ends it. */
  private void fail(TcpFailure why) {
    if (failure == null) {
      failure = why;
      counters.failed(why);
    }
  }

  private void dial() {
    TcpEndpoint endpoint = routes.choose(port, tried, lane.now());
    if (endpoint == null) {
      fail(TcpFailure.NO_ENDPOINT);
      var _ = client.close();
      return;
    }
    tried.add(endpoint);
    new Bootstrap()
        .group(client.eventLoop())
        .channel(transport)
        .option(ChannelOption.AUTO_READ, false)
        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, dialMillis)
        .handler(new ChannelInboundHandlerAdapter())
        .connect(endpoint.address())
        .addListener(
            (ChannelFutureListener)
                dialled -> {
                  dialled
                      .channel()
                      .closeFuture()
                      .addListener(_ -> endpoint.connections().decrementAndGet());
                  if (dialled.isSuccess()) {
                    endpoint.works();
                    reached = endpoint;
                    said = endpoint.said();
                    join(dialled.channel());
                    return;
                  }
                  endpoint.failed(lane.now());
                  failedDials++;
                  counters.failed(TcpFailure.DIAL);
                  if (client.isActive()) {
                    dial();
                  }
                });
  }

  private void join(Channel backend) {
    Side front = new Side(client, backend, true);
    Side back = new Side(backend, client, false);
    front.other = back;
    back.other = front;
    client.pipeline().addLast(new IdleStateHandler(0, 0, IDLE_MINUTES, TimeUnit.MINUTES), front);
    backend.pipeline().addLast(back);
    if (!client.isActive()) {
      var _ = backend.close();
      return;
    }
    early.tell();
    client.config().setAutoRead(true);
    backend.config().setAutoRead(true);
  }

  /** What comes on one channel goes to the other. */
  private final class Side extends ChannelInboundHandlerAdapter {
    private final Channel from;
    private final Channel to;
    private final boolean ofClient;
    private @Nullable Side other;
    private boolean ended;

    private Side(Channel from, Channel to, boolean ofClient) {
      this.from = from;
      this.to = to;
      this.ofClient = ofClient;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      count(((ByteBuf) bytes).readableBytes());
      var _ = to.write(bytes);
      if (!to.isWritable()) {
        from.config().setAutoRead(false);
      }
    }

    private void count(int bytes) {
      if (ofClient) {
        received += bytes;
        counters.received(bytes);
      } else {
        sent += bytes;
        counters.sent(bytes);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      to.flush();
    }

    /** Our channel takes bytes again, or not: that is about the reading of the other one. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      if (from.isWritable()) {
        to.config().setAutoRead(true);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        endDirection();
      } else if (event instanceof IdleStateEvent) {
        fail(TcpFailure.IDLE);
        var _ = from.close();
      }
    }

    private void endDirection() {
      if (ended) {
        return;
      }
      ended = true;
      boolean both = other != null && other.ended;
      to.writeAndFlush(Unpooled.EMPTY_BUFFER)
          .addListener(_ -> {
            if (both) {
              var _ = to.close();
              var _ = from.close();
            } else {
              var _ = ((DuplexChannel) to).shutdownOutput();
            }
          });
    }

    /** What was received is still delivered. */
    @Override
    public void channelInactive(ChannelHandlerContext context) {
      to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /** A reset on one side is one on the other. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      fail(TcpFailure.RESET);
      to.config().setOption(ChannelOption.SO_LINGER, 0);
      var _ = to.close();
      var _ = from.close();
    }
  }
}
