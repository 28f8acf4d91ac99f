package bellows.router.pipeline;

import bellows.base.lifecycle.Component;
import bellows.router.backend.BackendPool;
import bellows.router.backend.Transport;
import bellows.router.tls.BackendTls;
import bellows.router.tls.CertificateChoice;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening sockets and the event loops. New connections go to the loop with the {@linkplain
 * FewestConnections fewest}, which spreads a few long-lived ones more evenly than a socket per loop
 * would.
 */
public final class FrontDoor implements Component {
  private static final Logger log = LoggerFactory.getLogger(FrontDoor.class);
  private static final int BACKLOG = 4096;
  private static final Duration STOP = Duration.ofSeconds(5);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

  private final Config config;
  private final Shared shared;
  private final Transport transport;
  private final IdentityHashMap<EventExecutor, Lane> lanes = new IdentityHashMap<>();
  private @Nullable EventLoopGroup group;
  private @Nullable Channel plainListener;
  private @Nullable Channel tlsListener;
  private volatile boolean open;
  private volatile boolean left;
  private final Map<Integer, Channel> tcpListeners = new ConcurrentHashMap<>();
  private @Nullable ServerBootstrap listening;
  private volatile boolean besideAnother;

  /**
   * @param tls null for none
   * @param loops 0 for one per core
   * @param transport null for the fastest one there is
   */
  public record Config(
      String host,
      int port,
      @Nullable Tls tls,
      int loops,
      Transport transport,
      BackendPool.Config backends,
      BackendTls backendTls) {}

  /**
   * Where TLS is spoken.
   *
   * @param certificates by the name that a client asks for; may change, and must not block
   */
  public record Tls(String host, int port, CertificateChoice certificates) {}

  public FrontDoor(Config config, Shared shared) {
    this.config = config;
    this.shared = shared;
    this.transport = config.transport();
  }

  @Override
  public void start() {
    open(false);
  }

  /** As {@link #start}, where another process listens already and {@link #share shares}. */
  public void startBesideAnother() {
    open(true);
  }

  private void open(boolean withAnother) {
    if (group != null) {
      return;
    }
    besideAnother = withAnother;
    int loops = config.loops() > 0 ? config.loops() : Runtime.getRuntime().availableProcessors();
    EventLoopGroup starting =
        new MultiThreadIoEventLoopGroup(
            loops,
            new ThreadPerTaskExecutor(new DefaultThreadFactory("router", true)),
            new FewestConnections(loop -> lane(loop).connections(), loop -> lane(loop).expect()),
            transport.handlers());
    group = starting;
    for (EventExecutor executor : starting) {
      Lane lane =
          new Lane(shared, (EventLoop) executor, transport, config.backends(), config.backendTls());
      lanes.put(executor, lane);
    }
    ServerBootstrap listener =
        new ServerBootstrap()
            .group((EventLoop) starting.iterator().next(), starting)
            .channel(transport.serverChannel())
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true);
    listening = listener;
    plainListener =
        listen(
            listener,
            config.host(),
            config.port(),
            (channel, peer) ->
                channel.pipeline().addLast(new ClientConnection(lane(channel), channel, peer)));
    Tls tls = config.tls();
    if (tls != null) {
      tlsListener =
          listen(
              listener,
              tls.host(),
              tls.port(),
              (channel, peer) -> TlsFront.addTo(channel, lane(channel), peer, tls.certificates()));
    }
    open = true;
  }

  private Channel listen(
      ServerBootstrap listener, String host, int port, ProxyProtocolFront.Next next) {
    return listen(listener, host, port, (Channel channel) -> admit(channel, next));
  }

  private Channel listen(
      ServerBootstrap listener, String host, int port, Consumer<Channel> admission) {
    ChannelFuture bound =
        listener
            .clone()
            .option(transport.reusePort(), besideAnother)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    admission.accept(channel);
                  }
                })
            .bind(host, port)
            .awaitUninterruptibly();
    Throwable failure = bound.cause();
    if (failure != null) {
      String where = host + ":" + port;
      throw new UncheckedIOException(
          new IOException("cannot listen at " + where + ": " + failure.getMessage(), failure));
    }
    return bound.channel();
  }

  /**
   * Listens at one more port of the same host, unless it does already; not before start, nor after
   * the door has closed.
   *
   * @param admission gets each connection and its lane, on its event loop
   */
  public synchronized void openTcp(int port, BiConsumer<Channel, Lane> admission) {
    ServerBootstrap listener = listening;
    if (open && listener != null && !tcpListeners.containsKey(port)) {
      tcpListeners.put(
          port,
          listen(
              listener.clone().childOption(ChannelOption.ALLOW_HALF_CLOSURE, true),
              config.host(),
              port,
              (Channel channel) -> {
                Lane lane = lane(channel);
                lane.admittedToSplice(channel);
                admission.accept(channel, lane);
              }));
    }
  }

  /** Listens there no more; connections go on. */
  public synchronized void closeTcp(int port) {
    Channel listener = tcpListeners.remove(port);
    if (listener != null) {
      var _ = listener.close();
    }
  }

  private void admit(Channel channel, ProxyProtocolFront.Next next) {
    lane(channel).admitted(channel);
    InetSocketAddress from = (InetSocketAddress) channel.remoteAddress();
    if (from != null && shared.proxyProtocolFrom().contains(from)) {
      ProxyProtocolFront.addTo(channel, lane(channel), next);
    } else {
      next.admit(channel, Peer.of(from, shared.trustedProxies()));
    }
  }

  private Lane lane(Channel channel) {
    return lane(channel.eventLoop());
  }

  private Lane lane(EventExecutor loop) {
    return Objects.requireNonNull(lanes.get(loop), "not an event loop of ours");
  }

  /** Where it listens; known after start. */
  public InetSocketAddress address() {
    return plainListener == null
        ? InetSocketAddress.createUnresolved(config.host(), config.port())
        : (InetSocketAddress) plainListener.localAddress();
  }

  /** Where it listens for TLS; null before start and when there is no TLS. */
  public @Nullable InetSocketAddress tlsAddress() {
    return tlsListener == null ? null : (InetSocketAddress) tlsListener.localAddress();
  }

  /** Whether new connections are taken. Any thread. */
  public boolean isOpen() {
    return open;
  }

  public Transport transport() {
    return transport;
  }

  /**
   * Whether another process of the same user may listen at our addresses, too. Without it nobody
   * can, by mistake or otherwise.
   */
  public synchronized void share(boolean shared) {
    besideAnother = shared;
    for (Channel listener : listeners()) {
      listener.config().setOption(transport.reusePort(), shared);
    }
  }

  /**
   * Takes no more connections; those that are there are served, and asked to go elsewhere. {@link
   * #close} waits for that.
   */
  public void leave() {
    left = true;
    stopListening();
    onEach(Lane::retire);
  }

  private synchronized void stopListening() {
    open = false;
    for (Channel listener : listeners()) {
      listener.close().awaitUninterruptibly(STOP.toMillis());
    }
  }

  private List<Channel> listeners() {
    return Stream.concat(
            Stream.of(plainListener, tlsListener).flatMap(Stream::ofNullable),
            tcpListeners.values().stream())
        .toList();
  }

  /**
   * Closes the door, lets requests end for as long as configured, then ends the rest. After {@link
   * #leave} connections end as their clients like, and only the last of them are ended.
   */
  @Override
  public void close() {
    EventLoopGroup stopping = group;
    if (stopping == null) {
      return;
    }
    group = null;
    try {
      if (left) {
        await(Lane::connections, shared.timeouts().drain());
        onEach(Lane::drain);
        await(Lane::connections, shared.timeouts().leave());
      } else {
        stopListening();
        onEach(Lane::drain);
        await(Lane::busy, shared.timeouts().drain());
      }
      onEach(Lane::abort);
      // The loops have closed those connections meanwhile, and logged their last requests.
      onEach(Lane::flushLog);
      stopping.shutdownGracefully(0, STOP.toMillis(), TimeUnit.MILLISECONDS).await(STOP.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      var _ = stopping.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
    }
  }

  /** Returns when no lane has any of these any more, or when the time is up. */
  private void await(ToIntFunction<Lane> left, Duration most) throws InterruptedException {
    long deadline = shared.scheduler().nanoTime() + most.toNanos();
    while (sum(left) > 0 && shared.scheduler().nanoTime() - deadline < 0) {
      Thread.sleep(BETWEEN_LOOKS);
    }
  }

  /** On each lane's own loop; returns when all are done. */
  private void onEach(Consumer<Lane> action) {
    sum(lane -> {
      action.accept(lane);
      return 0;
    });
  }

  /** Asks each lane on its own loop. */
  private int sum(ToIntFunction<Lane> question) {
    List<Future<Integer>> answers = new ArrayList<>();
    lanes.forEach((loop, lane) -> answers.add(loop.submit(() -> question.applyAsInt(lane))));
    int sum = 0;
    for (Future<Integer> answer : answers) {
      try {
        sum += answer.get(STOP.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException | TimeoutException e) {
        log.atWarn().setCause(e).log("lane.no_answer");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return 0;
      }
    }
    return sum;
  }
}
