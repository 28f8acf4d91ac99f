package bellows.router.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.ManualScheduler;
import bellows.contracts.routing.RouterRegister;
import bellows.router.accesslog.AccessLog;
import bellows.router.backend.BackendPool;
import bellows.router.backend.Transport;
import bellows.router.balance.Balancer;
import bellows.router.balance.Retries;
import bellows.router.balance.StickySession;
import bellows.router.http1.Limits;
import bellows.router.metrics.Latencies;
import bellows.router.ratelimit.RateLimit;
import bellows.router.ratelimit.RateLimits;
import bellows.router.routes.Balancing;
import bellows.router.routes.RouteRegistry;
import bellows.router.routes.RouteRegistry.Update;
import bellows.router.routes.RouteRules;
import bellows.router.routeservices.RouteServices;
import bellows.router.tls.BackendTls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DuplexChannel;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection without a socket, on an event loop of its own. The router knows app.test,
 * whose only instance cannot be reached from here, so it answers everything itself.
 */
final class LoneConnection implements AutoCloseable {
  private static final Peer CLIENT =
      new Peer("203.0.113.7", "203.0.113.7:51234", true, false, "", false, null);

  private static final ManualScheduler CLOCK = new ManualScheduler();
  private static final RouteRegistry ROUTES = routes();
  private static final RateLimits LIMITS =
      new RateLimits(new RateLimit(1000, Duration.ofSeconds(1)), System::nanoTime);

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
  private final Duplex channel = new Duplex();
  private final Shared shared = shared();
  private final Lane lane =
      new Lane(
          shared,
          channel.eventLoop(),
          Transport.NIO,
          BackendPool.Config.DEFAULT,
          new BackendTls(null));
  private final Witness witness = new Witness();
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

  LoneConnection() {
    channel.config().setAllocator(allocator);
    channel.pipeline().addLast(witness, new ClientConnection(lane, channel, CLIENT));
  }

  private static RouteRegistry routes() {
    RouteRegistry routes = new RouteRegistry(RouteRules.DEFAULT);
    RouterRegister app = RouterRegister.component("app", "127.0.0.1", 1, List.of("app.test"));
    routes.apply(List.of(new Update(Update.Kind.REGISTER, app)), 0, refused -> {});
    return routes;
  }

  private static Shared shared() {
    return new Shared(
        ROUTES,
        new Balancer(new Balancer.Config(0, Balancing.ROUND_ROBIN, "")),
        new StickySession(new StickySession.Config(Set.of("JSESSIONID"), false)),
        new TrustedProxies(List.of("203.0.113.0/24")),
        new TrustedProxies(List.of()),
        ForwardedClientCert.FORWARD,
        Limits.DEFAULT,
        Timeouts.DEFAULT,
        Retries.DEFAULT,
        true,
        LIMITS,
        new RouteServices(RouteServices.Config.DEFAULT, CLOCK),
        true,
        new AccessLog(AccessLog.Config.DEFAULT, batch -> {}),
        new Counters(),
        new Latencies(),
        CLOCK);
  }

  /** The client sends this; whatever is thrown is thrown from here. */
  void receive(byte[] bytes) throws Exception {
    if (channel.isActive()) {
      channel.writeInbound(allocator.buffer(bytes.length).writeBytes(bytes));
      Exception thrown = witness.thrown;
      if (thrown != null) {
        throw thrown;
      }
    }
  }

  /**
   * Stands before the connection, and calls it past its pipeline: that would tell it of its own
   * exceptions, and nobody else.
   */
  private static final class Witness extends ChannelInboundHandlerAdapter {
    private @Nullable Exception thrown;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      tell(context, connection -> handler(connection).channelRead(connection, message));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      tell(context, connection -> handler(connection).channelReadComplete(connection));
    }

    private static ChannelInboundHandler handler(ChannelHandlerContext connection) {
      return (ChannelInboundHandler) connection.handler();
    }

    private void tell(ChannelHandlerContext context, Telling telling) {
      try {
        telling.tell(context.pipeline().lastContext());
      } catch (Exception e) {
        thrown = e;
      }
    }

    private interface Telling {
      void tell(ChannelHandlerContext connection) throws Exception;
    }
  }

  /** The client reads no more. */
  void stopReading() {
    channel.stuck = true;
  }

  /** As much time as is between two looks of the lane at its connections. */
  void tick() {
    channel.advanceTimeBy(100, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
  }

  boolean isOpen() {
    return channel.isActive();
  }

  /** What waits until the client reads. */
  long unread() {
    return channel.isActive() ? channel.bytesBeforeWritable() : 0;
  }

  Counters counters() {
    return shared.counters();
  }

  /** What the client has got so far. */
  byte[] sent() {
    for (ByteBuf piece = channel.readOutbound(); piece != null; piece = channel.readOutbound()) {
      byte[] bytes = new byte[piece.readableBytes()];
      piece.readBytes(bytes);
      piece.release();
      sent.writeBytes(bytes);
    }
    return sent.toByteArray();
  }

  /** Ends it, and looks at what it leaves behind. */
  @Override
  public void close() {
    var _ = channel.close();
    channel.finishAndReleaseAll();
    channel.runPendingTasks();
    sent();
    assertThat(shared.counters().connections()).isZero();
    assertThat(lane.busy()).isZero();
    assertThat(allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory())
        .as("memory that is left")
        .isZero();
  }

  /** Both directions end together here. */
  private static final class Duplex extends EmbeddedChannel implements DuplexChannel {
    private boolean stuck;

    @Override
    protected void doWrite(ChannelOutboundBuffer out) throws Exception {
      if (!stuck) {
        super.doWrite(out);
      }
    }

    @Override
    public boolean isInputShutdown() {
      return !isActive();
    }

    @Override
    public ChannelFuture shutdownInput() {
      return newSucceededFuture();
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
      return promise.setSuccess();
    }

    @Override
    public boolean isOutputShutdown() {
      return !isActive();
    }

    @Override
    public ChannelFuture shutdownOutput() {
      return close();
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
      return close(promise);
    }

    @Override
    public boolean isShutdown() {
      return !isActive();
    }

    @Override
    public ChannelFuture shutdown() {
      return close();
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
      return close(promise);
    }
  }
}
