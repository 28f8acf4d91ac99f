package bellows.router.backend;

import bellows.router.routes.Endpoint;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP/2 connections of one event loop, used on that loop only: one for each endpoint, and
 * another when that has no stream left. As with {@link BackendPool}, per object and not per
 * address.
 */
public final class Http2Pool {
  /** Longer than for HTTP/1: a server that ends one says so first, and loses no request. */
  private static final Duration IDLE = Duration.ofSeconds(60);

  private final BackendPool dialer;
  private final int headBytes;
  private final IdentityHashMap<Endpoint, Connections> byEndpoint = new IdentityHashMap<>();

  private static final class Connections {
    private final List<Http2Backend> open = new ArrayList<>(1);
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private boolean dialing;
  }

  /** A wish for a connection. */
  public static final class Waiting {
    private @Nullable Http2User user;

    private Waiting(Http2User user) {
      this.user = user;
    }

    /** The user hears no more of it. */
    public void cancel() {
      user = null;
    }
  }

  /**
   * @param dialer connects
   * @param headBytes accepted of a response's head
   */
  public Http2Pool(BackendPool dialer, int headBytes) {
    this.dialer = dialer;
    this.headBytes = headBytes;
  }

  /**
   * Asks for a connection: the user gets one before this returns, or later.
   *
   * @return how to take the wish back while it is open; null when it is fulfilled
   */
  public @Nullable Waiting connect(Endpoint endpoint, Http2User user) {
    Connections connections = byEndpoint.computeIfAbsent(endpoint, key -> new Connections());
    for (Http2Backend connection : connections.open) {
      if (connection.hasRoom()) {
        user.connected(connection);
        return null;
      }
    }
    Waiting waiting = new Waiting(user);
    connections.waiting.add(waiting);
    if (!connections.dialing) {
      connections.dialing = true;
      dialer.connect(
          endpoint,
          channel -> connected(connections, channel),
          cause -> failed(connections, cause));
    }
    return waiting;
  }

  private void connected(Connections connections, Channel channel) {
    connections.dialing = false;
    Http2Backend connection = Http2Backend.create(channel, headBytes);
    connections.open.add(connection);
    channel.closeFuture().addListener(closed -> connections.open.remove(connection));
    channel.pipeline().addLast(connection);
    for (Waiting next = connections.waiting.poll();
        next != null;
        next = connections.waiting.poll()) {
      if (next.user != null) {
        next.user.connected(connection);
      }
    }
  }

  private static void failed(Connections connections, Throwable cause) {
    connections.dialing = false;
    for (Waiting next : List.copyOf(connections.waiting)) {
      connections.waiting.remove(next);
      if (next.user != null) {
        next.user.dialFailed(cause);
      }
    }
  }

  /** Closes what has been idle for too long, or whose endpoint is gone. */
  public void sweep(long now) {
    byEndpoint
        .entrySet()
        .removeIf(entry -> {
          Connections connections = entry.getValue();
          for (Http2Backend connection : List.copyOf(connections.open)) {
            if (!connection.isIdle()) {
              connection.idleSince(now);
            } else if (connection.idleSinceNanos() == 0) {
              connection.idleSince(now);
            } else if (entry.getKey().isGone()
                || now - connection.idleSinceNanos() > IDLE.toNanos()) {
              connection.end();
            }
          }
          return connections.open.isEmpty() && !connections.dialing;
        });
  }
}
