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
 *
 * <p>How many streams an endpoint takes it says with its first frame. Before that it gets one
 * request, which wakes it when it sleeps; the others wait.
 */
public final class Http2Pool {
  /** Longer than for HTTP/1: a server that ends one says so first, and loses no request. */
  private static final Duration IDLE = Duration.ofSeconds(60);

  private final BackendPool dialer;
  private final int headBytes;
  private final IdentityHashMap<Endpoint, Connections> byEndpoint = new IdentityHashMap<>();

  /** Those to one endpoint, and who waits for room on one. */
  private static final class Connections {
    private final Endpoint endpoint;
    private final List<Http2Backend> open = new ArrayList<>(1);
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private boolean dialing;

    private Connections(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    private @Nullable Http2Backend withRoom() {
      for (Http2Backend connection : open) {
        if (connection.hasRoom()) {
          return connection;
        }
      }
      return null;
    }

    /** Whether there will be more room, or an end, without another call. */
    private boolean isGrowing() {
      return dialing || open.stream().anyMatch(one -> !one.isSettled() && !one.isLeaving());
    }

    /** Who waits for longest; null when nobody does. */
    private @Nullable Http2User next() {
      Http2User next = null;
      while (next == null && !waiting.isEmpty()) {
        next = waiting.poll().take();
      }
      return next;
    }

    /** Who waits for longest first; nobody waits any more. */
    private List<Waiting> takeAll() {
      List<Waiting> all = List.copyOf(waiting);
      waiting.clear();
      return all;
    }

    private boolean isUnused() {
      return open.isEmpty() && waiting.isEmpty() && !dialing;
    }
  }

  /** A wish for a connection. */
  public static final class Waiting {
    private @Nullable Http2User user;

    private Waiting(Http2User user) {
      this.user = user;
    }

    /** Whether the user has still to hear of it. */
    public boolean isOpen() {
      return user != null;
    }

    private @Nullable Http2User take() {
      Http2User taken = user;
      user = null;
      return taken;
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
    Connections connections = byEndpoint.computeIfAbsent(endpoint, Connections::new);
    Http2Backend connection = connections.withRoom();
    if (connection != null) {
      user.connected(connection);
      return null;
    }
    Waiting waiting = new Waiting(user);
    connections.waiting.add(waiting);
    dialIfNeeded(connections);
    return waiting;
  }

  private void dialIfNeeded(Connections connections) {
    if (!connections.isGrowing()) {
      connections.dialing = true;
      dialer.connect(
          connections.endpoint,
          channel -> connected(connections, channel),
          cause -> failed(connections, cause));
    }
  }

  private void connected(Connections connections, Channel channel) {
    connections.dialing = false;
    Http2Backend connection =
        Http2Backend.create(
            channel,
            headBytes,
            () -> {
              if (!connections.waiting.isEmpty()) {
                channel.eventLoop().execute(() -> serve(connections));
              }
            });
    connections.open.add(connection);
    channel.closeFuture().addListener(closed -> closed(connections, connection));
    channel.pipeline().addLast(connection);
    serve(connections);
  }

  /** Gives those who wait what room there is, and calls again when that is not enough. */
  private void serve(Connections connections) {
    Http2Backend connection = connections.withRoom();
    while (connection != null) {
      Http2User next = connections.next();
      if (next == null) {
        return;
      }
      next.connected(connection);
      connection = connections.withRoom();
    }
    connections.waiting.removeIf(waiting -> waiting.user == null);
    if (!connections.waiting.isEmpty()) {
      dialIfNeeded(connections);
    }
  }

  /** Who waits for an endpoint that has ended it before it said anything shall not wait on. */
  private void closed(Connections connections, Http2Backend connection) {
    connections.open.remove(connection);
    if (connection.isSettled()) {
      serve(connections);
      return;
    }
    for (Waiting waiting : connections.takeAll()) {
      Http2User next = waiting.take();
      if (next != null) {
        next.refused("connection lost");
      }
    }
  }

  private static void failed(Connections connections, Throwable cause) {
    connections.dialing = false;
    for (Waiting waiting : connections.takeAll()) {
      Http2User next = waiting.take();
      if (next != null) {
        next.dialFailed(cause);
      }
    }
  }

  /** Closes what has been idle for too long, or will not be asked for again. */
  public void sweep(long now) {
    // A copy, as whoever hears of the end of a connection may ask for another.
    for (Connections connections : List.copyOf(byEndpoint.values())) {
      for (Http2Backend connection : List.copyOf(connections.open)) {
        if (!connection.isIdle() || connection.idleSinceNanos() == 0) {
          connection.idleSince(now);
        } else if (connection.isLeaving()
            || connections.endpoint.isGone()
            || now - connection.idleSinceNanos() > IDLE.toNanos()) {
          connection.abort();
        }
      }
    }
    byEndpoint.values().removeIf(Connections::isUnused);
  }

  /** Whether there is nothing that {@link #sweep} would have to look after. */
  public boolean isEmpty() {
    return byEndpoint.isEmpty();
  }
}
