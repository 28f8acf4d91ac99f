package bellows.router.backend;

import bellows.router.routes.Endpoint;
import bellows.router.tls.BackendTls;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The backend connections of one event loop; used on that loop only, so it needs no lock. They are
 * kept per {@link Endpoint} object and not per address: what registers later at the same address
 * never gets a connection of its predecessor.
 */
public final class BackendPool {
  private final Config config;
  private final EventLoop loop;
  private final Bootstrap bootstrap;
  private final BackendTls tls;
  private final IdentityHashMap<Endpoint, ArrayDeque<BackendConnection>> idle =
      new IdentityHashMap<>();

  /**
   * @param dialTimeout for one attempt to connect
   * @param idleTimeout shorter than the time after which common app servers close an idle
   *     connection (Node: 5 s), so that a request seldom meets a connection being closed
   * @param idlePerEndpoint kept at most, on each event loop; above what an endpoint serves at a
   *     time, as it otherwise pays for a new connection with every request beyond
   */
  public record Config(Duration dialTimeout, Duration idleTimeout, int idlePerEndpoint) {
    public static final Config DEFAULT =
        new Config(Duration.ofSeconds(5), Duration.ofSeconds(4), 1000);

    public Config {
      if (!dialTimeout.isPositive() || !idleTimeout.isPositive() || idlePerEndpoint < 0) {
        throw new IllegalArgumentException("router.backends: times must be above 0s");
      }
    }
  }

  public BackendPool(Config config, EventLoop loop, Transport transport, BackendTls tls) {
    this.config = config;
    this.loop = loop;
    this.tls = tls;
    this.bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(transport.socketChannel())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) config.dialTimeout().toMillis())
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    // The connection becomes the only handler once it is known to be one.
                  }
                });
  }

  /**
   * Asks for a connection: the user gets an idle one before this returns, or later a new one.
   *
   * @return how to take the wish back while it is open; null when it is fulfilled
   */
  public @Nullable Dial lease(Endpoint endpoint, BackendUser user) {
    ArrayDeque<BackendConnection> connections = idle.get(endpoint);
    if (connections != null) {
      BackendConnection connection;
      while ((connection = connections.pollLast()) != null) {
        if (connection.channel().isActive()) {
          connection.use(user);
          user.connected(connection);
          return null;
        }
      }
    }
    return dial(endpoint, user);
  }

  /** Asks for a new connection. */
  public Dial dial(Endpoint endpoint, BackendUser user) {
    Dial dial = new Dial(endpoint, user);
    connect(endpoint, dial::connected, dial::failed);
    return dial;
  }

  /** Connects to an endpoint; one of both hears of it, on the event loop. */
  void connect(Endpoint endpoint, Consumer<Channel> connected, Consumer<Throwable> failed) {
    if (!endpoint.speaksTls() || tls.isReady()) {
      call(endpoint, connected, failed);
      return;
    }
    var _ =
        tls.prepare()
            .whenCompleteAsync(
                (ready, failure) -> {
                  if (failure == null) {
                    call(endpoint, connected, failed);
                  } else {
                    failed.accept(failure);
                  }
                },
                loop);
  }

  private void call(Endpoint endpoint, Consumer<Channel> connected, Consumer<Throwable> failed) {
    bootstrap
        .connect(endpoint.socketAddress())
        .addListener(future -> {
          Channel channel = ((ChannelFuture) future).channel();
          if (!future.isSuccess()) {
            failed.accept(future.cause());
          } else if (channel.remoteAddress() == null
              || channel.remoteAddress().equals(channel.localAddress())) {
            // The kernel may give a call to a port where nobody listens that very port to call
            // from.
            var _ = channel.close();
            failed.accept(new ConnectException("nobody listens"));
          } else if (endpoint.isGone()) {
            // The port may be another app's by now, which must not see this one's requests.
            var _ = channel.close();
            failed.accept(new ConnectException("no longer registered"));
          } else if (endpoint.speaksTls()) {
            shakeHands(endpoint, channel, connected, failed);
          } else {
            connected.accept(channel);
          }
        });
  }

  private void shakeHands(
      Endpoint endpoint, Channel channel, Consumer<Channel> connected, Consumer<Throwable> failed) {
    SslHandler handler = tls.handler(endpoint, channel.alloc());
    channel.pipeline().addLast(handler);
    handler
        .handshakeFuture()
        .addListener(done -> {
          if (done.isSuccess()) {
            connected.accept(channel);
          } else {
            var _ = channel.close();
            failed.accept(done.cause());
          }
        });
  }

  /**
   * Wakes a sleeping endpoint, on behalf of nobody who waits.
   *
   * @param hold how long the connection stays open at most
   * @param failed called when nobody is there, or whoever is there cannot wake it
   */
  public void knock(Endpoint endpoint, Duration hold, Runnable failed) {
    bootstrap
        .connect(endpoint.socketAddress())
        .addListener(future -> {
          if (future.isSuccess()) {
            ((ChannelFuture) future)
                .channel()
                .pipeline()
                .addLast(new Knock(hold.toMillis(), failed));
          } else {
            failed.run();
          }
        });
  }

  /** Takes a connection back after a completely framed exchange. */
  public void giveBack(BackendConnection connection, long now) {
    ArrayDeque<BackendConnection> connections =
        idle.computeIfAbsent(connection.endpoint(), key -> new ArrayDeque<>(4));
    if (connections.size() >= config.idlePerEndpoint()
        || !connection.channel().isActive()
        || connection.endpoint().isGone()) {
      connection.discard();
    } else {
      connection.idle(connections, now);
      connections.addLast(connection);
    }
  }

  /** Closes what has been idle for too long, and what will not be asked for again. */
  public void sweep(long now) {
    long limit = config.idleTimeout().toNanos();
    Iterator<Map.Entry<Endpoint, ArrayDeque<BackendConnection>>> all = idle.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Endpoint, ArrayDeque<BackendConnection>> entry = all.next();
      boolean gone = entry.getKey().isGone();
      ArrayDeque<BackendConnection> connections = entry.getValue();
      BackendConnection oldest;
      while ((oldest = connections.peekFirst()) != null
          && (gone || now - oldest.idleSinceNanos() >= limit)) {
        connections.pollFirst();
        oldest.discard();
      }
      if (connections.isEmpty()) {
        all.remove();
      }
    }
  }

  /** Number of idle connections. */
  public int idleConnections() {
    return idle.values().stream().mapToInt(ArrayDeque::size).sum();
  }

  /** An attempt to connect. */
  public static final class Dial {
    private final Endpoint endpoint;
    private @Nullable BackendUser user;

    private Dial(Endpoint endpoint, BackendUser user) {
      this.endpoint = endpoint;
      this.user = user;
    }

    /** Whether the user has still to hear of it. */
    public boolean isOpen() {
      return user != null;
    }

    /** The user hears no more of it. */
    public void cancel() {
      user = null;
    }

    private void connected(Channel channel) {
      BackendUser waiting = user;
      user = null;
      if (waiting == null) {
        var _ = channel.close();
        return;
      }
      BackendConnection connection = new BackendConnection(endpoint, channel);
      connection.use(waiting);
      channel.pipeline().addLast(connection);
      waiting.connected(connection);
    }

    private void failed(Throwable cause) {
      BackendUser waiting = user;
      user = null;
      if (waiting != null) {
        waiting.dialFailed(cause);
      }
    }
  }
}
